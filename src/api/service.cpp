#include "api/service.hpp"

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

Service::Service(SharedState& shared, core::EventLoop& loop) : state_(shared, loop), native_(state_) {
  add(Verb::post, "/predict", &Service::predict);
  add(Verb::post, "/predict/{model}", &Service::predict);
  add(Verb::post, "/predict/{model}/versions/{version}", &Service::predict);
  add(Verb::get, "/models", &Service::list_models);
  add(Verb::get, "/models/{model}", &Service::model_card);
  add(Verb::get, "/models/{model}/schema", &Service::model_schema);
  add(Verb::get, "/", &Service::home);
  add(Verb::get, "/livez", &Service::live);
  add(Verb::get, "/readyz", &Service::ready);
  add(Verb::get, "/metrics", &Service::metrics);
}

void Service::add(Verb verb, std::string_view pattern, Handler handler) {
  router_.add(verb, pattern);
  handlers_.push_back(handler);
}

void Service::on_request(const RequestView& request, Responder responder) {
  const RouteMatch match = router_.match(request.verb, request.path);
  if (match.kind != RouteMatch::Kind::found) return answer_unrouted(request, std::move(responder), match);
  (this->*handlers_[match.route])(request, std::move(responder), match);
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
    return state_.reply(request, std::move(responder), {.status = 204, .headers = headers.view()}, {});
  }
  state_.reply_problem(
      request, std::move(responder),
      {.status = 405,
       .detail = std::string(request.method) + " is not offered here; allowed: " + std::string(match.allow),
       .errors = {}},
      Dialect::http, nullptr, headers.view());
}

void Service::write_protocol_error(int status, std::string_view detail, core::TextBuffer& body) {
  state_.counts().add(Dialect::http, status);
  codec::append_problem(body, status, detail);
}

void Service::predict(const RequestView& request, Responder responder, const RouteMatch& match) {
  native_.handle(request, std::move(responder), percent_decoded(match.params[0]), percent_decoded(match.params[1]));
}

void Service::home(const RequestView& request, Responder responder, const RouteMatch&) {
  if (accepts(request.header("Accept"), "text/html")) {
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
