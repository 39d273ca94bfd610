#pragma once

#include "api/routes.hpp"
#include "api/thread_state.hpp"

namespace pelton::api {

/// What V2 clients may ask of a server that Pelton does not do: traces, log settings of their own, shared memory.
/// Settings are told as they are, and a change is refused; there are no regions, so none can be registered and
/// all can be unregistered. Loop thread only.
class V2Settings {
 public:
  static constexpr Dialect kDialect = Dialect::v2;

  explicit V2Settings(ThreadState& state) : state_(state) {}

  void add_routes(Routes& routes);

 private:
  void trace(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match);
  void set_trace(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match);
  void logging(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match);
  void set_logging(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match);
  void no_regions(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match);
  void unknown_region(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match);
  void no_shared_memory(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match);
  void unregistered(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match);

  void refuse(const http::RequestView& request, http::Responder responder, std::string detail);
  bool knows_model(const http::RequestView& request, http::Responder& responder, const http::RouteMatch& match);

  ThreadState& state_;
};

}  // namespace pelton::api
