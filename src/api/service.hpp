#pragma once

#include <cstddef>
#include <vector>

#include "api/native_predict.hpp"
#include "api/thread_state.hpp"
#include "http/router.hpp"
#include "http/service.hpp"

namespace pelton::api {

/// Answers every route, for one event loop. The routes are the table in service.cpp.
class Service final : public http::Service {
 public:
  Service(SharedState& shared, core::EventLoop& loop);

  void on_request(const http::RequestView& request, http::Responder responder) override;
  void write_protocol_error(int status, std::string_view detail, core::TextBuffer& body) override;

 private:
  using Handler = void (Service::*)(const http::RequestView&, http::Responder, const http::RouteMatch&);

  void add(http::Verb verb, std::string_view pattern, Handler handler);
  void answer_unrouted(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match);

  void predict(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match);
  void list_models(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match);
  void model_card(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match);
  void model_schema(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match);
  void home(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match);
  void live(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match);
  void ready(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match);
  void metrics(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match);

  ThreadState state_;
  NativePredict native_;
  http::Router router_;
  std::vector<Handler> handlers_;  // by route
};

}  // namespace pelton::api
