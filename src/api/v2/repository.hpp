#pragma once

#include <memory>
#include <string>
#include <vector>

#include "api/routes.hpp"
#include "api/thread_state.hpp"
#include "core/event_loop.hpp"

namespace pelton::api {

/// `POST /v2/repository/index` and `/v2/repository/models/{model}/load|unload`. What they ask for is done on the
/// worker's thread; the answer follows when it is done. Loop thread only.
class V2Repository {
 public:
  V2Repository(ThreadState& state, core::EventLoop& loop);
  ~V2Repository();

  void add_routes(Routes& routes);

 private:
  class Chore;

  void index(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match);
  void load(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match);
  void unload(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match);
  void change(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match, bool load);
  void start(const http::RequestView& request, http::Responder responder, std::unique_ptr<Chore> chore);
  void finish(Chore& chore);

  ThreadState& state_;
  core::EventLoop& loop_;
  std::vector<std::unique_ptr<Chore>> chores_;  ///< in hand
};

}  // namespace pelton::api
