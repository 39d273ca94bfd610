#pragma once

#include <string>

#include "api/model_chores.hpp"
#include "api/routes.hpp"
#include "api/thread_state.hpp"

namespace pelton::api {

/// `POST /v2/repository/index` and `/v2/repository/models/{model}/load|unload`. What they ask for is done on the
/// worker's thread; the answer follows when it is done. Loop thread only.
class V2Repository {
 public:
  static constexpr Dialect kDialect = Dialect::v2;

  V2Repository(ThreadState& state, ModelChores& chores) : state_(state), chores_(chores) {}

  void add_routes(Routes& routes);

 private:
  void index(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match);
  void load(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match);
  void unload(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match);
  void start(const http::RequestView& request, http::Responder responder, std::string failure, ModelChores::Work work);

  ThreadState& state_;
  ModelChores& chores_;
};

}  // namespace pelton::api
