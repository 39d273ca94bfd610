#include "api/v2/repository.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "api/query.hpp"
#include "codec/result_writer.hpp"
#include "codec/v2/control_requests.hpp"

namespace pelton::api {

using http::RequestView;
using http::Responder;
using http::RouteMatch;
using http::Verb;

/// A request that the worker carries out: run there, answered here.
class V2Repository::Chore final : public core::Errand, public core::Task {
 public:
  enum class Kind { index, ready_index, load, unload };

  Chore(Kind wanted, std::string of)
      : Task([](core::Task& task) {
          auto& self = static_cast<Chore&>(task);
          self.owner->finish(self);
        }),
        kind(wanted),
        model(std::move(of)) {}

  void run() noexcept override {
    try {
      if (kind == Kind::load || kind == Kind::unload) {
        const auto done = kind == Kind::load ? manager->load(model) : manager->unload(model);
        if (!done) error = done.error();
      } else if (auto states = manager->index()) {
        append_index(*states);
      } else {
        error = states.error();
      }
    } catch (...) {  // only memory can run out here
      error = core::Error(core::ErrorCode::unavailable, "not enough memory for this request");
    }
    owner->loop_.post(*this);
  }

  /// The request as the access log wants it, which its own views do not outlive.
  RequestView view() const noexcept {
    RequestView request;
    request.method = method;
    request.target = target;
    request.peer = peer;
    request.headers = {&id_header, 1};
    request.received = received;
    return request;
  }
  void keep(const RequestView& request, const TrustedProxies& proxies) {
    method = request.method;
    target = request.target;
    peer = proxies.client(request);
    id = request_id(request);
    id_header = {"X-Request-Id", id};
    received = request.received;
  }

  const Kind kind;
  const std::string model;
  V2Repository* owner = nullptr;
  serving::ModelManager* manager = nullptr;
  Responder responder;
  std::optional<core::Error> error;
  core::TextBuffer body;

 private:
  void append_index(const std::vector<serving::ModelState>& states) {
    body.append('[');
    bool first = true;
    for (const serving::ModelState& state : states) {
      if (kind == Kind::ready_index && !state.ready) continue;
      if (!std::exchange(first, false)) body.append(',');
      codec::ObjectWriter entry(body);
      entry.text("name", state.name).text("version", state.version);
      entry.text("state", state.ready ? "READY" : "UNAVAILABLE").text("reason", state.reason);
      entry.finish();
    }
    body.append(']');
  }

  std::string method;
  std::string target;
  std::string peer;
  std::string id;
  http::Header id_header;
  core::TimePoint received;
};

V2Repository::V2Repository(ThreadState& state, core::EventLoop& loop) : state_(state), loop_(loop) {}
V2Repository::~V2Repository() = default;

void V2Repository::add_routes(Routes& routes) {
  routes.add<&V2Repository::index>(Verb::post, "/v2/repository/index", *this);
  routes.add<&V2Repository::load>(Verb::post, "/v2/repository/models/{model}/load", *this);
  routes.add<&V2Repository::unload>(Verb::post, "/v2/repository/models/{model}/unload", *this);
}

void V2Repository::index(const RequestView& request, Responder responder, const RouteMatch&) {
  const auto ready = codec::v2::read_index_request(request.body);
  if (!ready) return state_.reply_problem(request, std::move(responder), ready.error(), Dialect::v2);
  const Chore::Kind kind = *ready ? Chore::Kind::ready_index : Chore::Kind::index;
  start(request, std::move(responder), std::make_unique<Chore>(kind, std::string()));
}

void V2Repository::load(const RequestView& request, Responder responder, const RouteMatch& match) {
  change(request, std::move(responder), match, true);
}

void V2Repository::unload(const RequestView& request, Responder responder, const RouteMatch& match) {
  change(request, std::move(responder), match, false);
}

void V2Repository::change(const RequestView& request, Responder responder, const RouteMatch& match, bool load) {
  const auto read = codec::v2::read_load_request(request.body);
  if (!read) return state_.reply_problem(request, std::move(responder), read.error(), Dialect::v2);
  const Chore::Kind kind = load ? Chore::Kind::load : Chore::Kind::unload;
  start(request, std::move(responder), std::make_unique<Chore>(kind, percent_decoded(match.params[0])));
}

void V2Repository::start(const RequestView& request, Responder responder, std::unique_ptr<Chore> chore) {
  ModelControl* const control = state_.shared().control;
  if (control == nullptr) {
    return state_.reply_problem(request, std::move(responder),
                                {.status = 400, .detail = "this server's models cannot be changed", .errors = {}},
                                Dialect::v2);
  }
  chore->owner = this;
  chore->manager = &control->manager;
  chore->keep(request, state_.shared().settings.trusted_proxies);
  if (!control->worker.submit(*chore)) {
    return state_.reply_problem(
        request, std::move(responder),
        {.status = 503, .detail = "too many loads and unloads are waiting; try again later", .errors = {}}, Dialect::v2,
        nullptr, "Retry-After: 1\r\n");
  }
  chore->responder = std::move(responder);  // nobody answers before this loop is back
  chores_.push_back(std::move(chore));
}

void V2Repository::finish(Chore& chore) {
  const auto at = std::find_if(chores_.begin(), chores_.end(), [&](const auto& each) { return each.get() == &chore; });
  const std::unique_ptr<Chore> done = std::move(*at);
  chores_.erase(at);
  const RequestView request = done->view();
  if (!done->error) {
    return state_.reply(request, std::move(done->responder), {.status = 200}, done->body.view(), Dialect::v2);
  }
  const core::Error& error = *done->error;
  const bool unknown = error.code() == core::ErrorCode::not_found;
  codec::Problem problem{.status = unknown                                        ? 404
                                   : error.code() == core::ErrorCode::unavailable ? 503
                                                                                  : 400,
                         .detail = error.message(),
                         .errors = {}};
  if (chore.kind == Chore::Kind::load) problem.detail.insert(0, "failed to load '" + chore.model + "': ");
  if (chore.kind == Chore::Kind::unload) problem.detail.insert(0, "failed to unload '" + chore.model + "': ");
  state_.reply_problem(request, std::move(done->responder), problem, Dialect::v2);
}

}  // namespace pelton::api
