#include "api/service.hpp"

#include <array>
#include <string>
#include <utility>

#include "api/header_lines.hpp"
#include "api/page.hpp"
#include "api/query.hpp"

namespace pelton::api {

using http::RequestView;
using http::Responder;
using http::RouteMatch;
using http::Verb;

Service::Service(SharedState& shared, core::EventLoop& loop)
    : state_(shared, loop),
      predictions_(state_),
      chores_(state_, loop),
      native_(state_, predictions_),
      v1_(state_, predictions_),
      v2_(state_, predictions_, chores_),
      invocations_(state_, predictions_),
      sagemaker_(state_, chores_),
      vertex_(state_, predictions_),
      streams_(state_),
      quotas_(state_),
      described_(state_, routes_) {
  vertex_.claim_routes(routes_);
  native_.add_routes(routes_);
  v1_.add_routes(routes_);
  v2_.add_routes(routes_);
  invocations_.add_routes(routes_);
  sagemaker_.add_routes(routes_);
  routes_.add<&Service::list_models>(Verb::get, "/models", *this);
  routes_.add<&Service::model_card>(Verb::get, "/models/{model}", *this);
  routes_.add<&Service::model_schema>(Verb::get, "/models/{model}/schema", *this);
  routes_.add<&Service::home>(Verb::get, "/", *this);
  routes_.add<&Service::live>(Verb::get, "/livez", *this, RouteKind::probe);
  routes_.add<&Service::ready>(Verb::get, "/readyz", *this, RouteKind::probe);
  routes_.add<&Service::metrics>(Verb::get, "/metrics", *this, RouteKind::probe);
  routes_.described_by<&Service::describe>(*this);
  described_.add_routes(routes_);
}

void Service::on_request(const RequestView& request, Responder responder) {
  const RouteMatch match = routes_.match(request.verb, request.path);
  if (over_quota(request, responder, match)) [[unlikely]]
    return;
  if (match.kind != RouteMatch::Kind::found) return answer_unrouted(request, std::move(responder), match);
  routes_.answer(match, request, std::move(responder));
}

bool Service::wants_pieces(const RequestView& head) const {
  if (head.verb != Verb::post || !NativeStreams::wants(head)) return false;
  const RouteMatch match = routes_.match(head.verb, head.path);
  return match.kind == RouteMatch::Kind::found && routes_.is_for(match, &native_);
}

http::BodySink* Service::open_body(const RequestView& head, Responder responder) {
  const RouteMatch match = routes_.match(head.verb, head.path);
  if (over_quota(head, responder, match)) return nullptr;
  return streams_.open(head, std::move(responder), match);
}

bool Service::over_quota(const RequestView& request, Responder& responder, const RouteMatch& match) {
  return quotas_.on() && !routes_.is_probe(match, request.verb) &&
         quotas_.turns_away(request, responder, routes_.dialect_of(match));
}

void Service::answer_unrouted(const RequestView& request, Responder responder, const RouteMatch& match) {
  if (request.verb == Verb::options && request.target == "*") {
    return state_.reply(request, std::move(responder),
                        {.status = 204, .headers = "Allow: GET, HEAD, POST, OPTIONS\r\n"}, {});
  }
  if (match.kind == RouteMatch::Kind::not_found) {
    return state_.reply_problem(request, std::move(responder),
                                {.status = 404, .detail = "nothing is served at this path", .errors = {}});
  }
  HeaderLines headers;
  headers.text("Allow", match.allow);
  if (request.verb == Verb::options) {
    const std::string lines =
        std::string(headers.view()) + state_.shared().settings.cors.preflight_lines(request, match.allow);
    return state_.reply(request, std::move(responder), {.status = 204, .headers = lines}, {});
  }
  state_.reply_problem(
      request, std::move(responder),
      {.status = 405,
       .detail = std::string(request.method) + " is not offered here; allowed: " + std::string(match.allow),
       .errors = {}},
      routes_.dialect_of(match), nullptr, headers.view());
}

std::string_view Service::write_protocol_error(int status, std::string_view detail, const RequestView* head,
                                               core::TextBuffer& body) {
  const Dialect dialect = head != nullptr ? routes_.dialect_of(routes_.match(head->verb, head->path)) : Dialect::http;
  const codec::ProblemShape& shape = problem_shape(dialect);
  state_.counts().add(dialect, status);
  shape.append(body, {.status = status, .detail = std::string(detail), .errors = {}});
  return shape.content_type;
}

void Service::home(const RequestView& request, Responder responder, const RouteMatch&) {
  constexpr std::array<std::string_view, 2> kOffered{"application/json", "text/html"};
  if (preferred(request.header("Accept"), kOffered) == 1) {
    return state_.reply(request, std::move(responder),
                        {.status = 200, .content_type = "text/html; charset=utf-8", .headers = kPageHeaders}, page());
  }
  state_.reply(request, std::move(responder), {.status = 200, .headers = "Vary: Accept\r\n"}, R"({"status":"alive"})");
}

void Service::live(const RequestView& request, Responder responder, const RouteMatch&) {
  state_.reply(request, std::move(responder), {.status = 200}, R"({"status":"alive"})");
}

void Service::ready(const RequestView& request, Responder responder, const RouteMatch&) {
  if (!state_.shared().ready.load(std::memory_order_acquire)) {
    return state_.reply(request, std::move(responder), {.status = 503}, R"({"status":"draining"})");
  }
  if (state_.predictor().catalog().default_model() == nullptr) {
    return state_.reply(request, std::move(responder), {.status = 503}, R"({"status":"no model is loaded"})");
  }
  state_.reply(request, std::move(responder), {.status = 200}, R"({"status":"ready"})");
}

void Service::metrics(const RequestView& request, Responder responder, const RouteMatch&) {
  core::TextBuffer body;  // of its own: too large to keep
  state_.shared().registry.write(body);
  state_.reply(request, std::move(responder),
               {.status = 200, .content_type = "text/plain; version=0.0.4; charset=utf-8"}, body.view());
}

}  // namespace pelton::api
