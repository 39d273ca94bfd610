#include "api/v2/repository.hpp"

#include <utility>
#include <vector>

#include "api/query.hpp"
#include "codec/result_writer.hpp"
#include "codec/v2/control_requests.hpp"

namespace pelton::api {

using http::RequestView;
using http::Responder;
using http::RouteMatch;
using http::Verb;

namespace {

void append_index(core::TextBuffer& out, const std::vector<serving::ModelState>& states, bool ready_only) {
  out.append('[');
  bool first = true;
  for (const serving::ModelState& state : states) {
    if (ready_only && !state.ready) continue;
    if (!std::exchange(first, false)) out.append(',');
    codec::ObjectWriter entry(out);
    entry.text("name", state.name).text("version", state.version);
    entry.text("state", state.ready ? "READY" : "UNAVAILABLE").text("reason", state.reason);
    entry.finish();
  }
  out.append(']');
}

int status_of(const core::Error& error) noexcept {
  if (error.code() == core::ErrorCode::not_found) return 404;
  return error.code() == core::ErrorCode::unavailable ? 503 : 400;
}

}  // namespace

void V2Repository::add_routes(Routes& routes) {
  routes.add<&V2Repository::index>(Verb::post, "/v2/repository/index", *this);
  routes.add<&V2Repository::load>(Verb::post, "/v2/repository/models/{model}/load", *this);
  routes.add<&V2Repository::unload>(Verb::post, "/v2/repository/models/{model}/unload", *this);
}

void V2Repository::index(const RequestView& request, Responder responder, const RouteMatch&) {
  const auto ready = codec::v2::read_index_request(request.body);
  if (!ready) return state_.reply_problem(request, std::move(responder), ready.error(), Dialect::v2);
  start(request, std::move(responder), {},
        [ready_only = *ready](serving::ModelManager& manager, core::TextBuffer& body) -> core::Result<void> {
          const auto states = manager.index();
          if (!states) return states.error();
          append_index(body, *states, ready_only);
          return {};
        });
}

void V2Repository::load(const RequestView& request, Responder responder, const RouteMatch& match) {
  const auto read = codec::v2::read_load_request(request.body);
  if (!read) return state_.reply_problem(request, std::move(responder), read.error(), Dialect::v2);
  const std::string model = percent_decoded(match.params[0]);
  start(request, std::move(responder), "failed to load '" + model + "': ",
        [model](serving::ModelManager& manager, core::TextBuffer&) { return manager.load(model); });
}

void V2Repository::unload(const RequestView& request, Responder responder, const RouteMatch& match) {
  const auto read = codec::v2::read_load_request(request.body);
  if (!read) return state_.reply_problem(request, std::move(responder), read.error(), Dialect::v2);
  const std::string model = percent_decoded(match.params[0]);
  start(request, std::move(responder), "failed to unload '" + model + "': ",
        [model](serving::ModelManager& manager, core::TextBuffer&) { return manager.unload(model); });
}

/// `failure` stands before what went wrong.
void V2Repository::start(const RequestView& request, Responder responder, std::string failure, ModelChores::Work work) {
  chores_.start(request, std::move(responder), Dialect::v2, std::move(work),
                [this, failure = std::move(failure)](const RequestView& asked, Responder to, const core::Error* error,
                                                     std::string_view body) {
                  if (error == nullptr) {
                    return state_.reply(asked, std::move(to), {.status = 200}, body, Dialect::v2);
                  }
                  state_.reply_problem(
                      asked, std::move(to),
                      {.status = status_of(*error), .detail = failure + error->message(), .errors = {}}, Dialect::v2);
                });
}

}  // namespace pelton::api
