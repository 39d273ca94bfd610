#pragma once

#include "api/routes.hpp"
#include "api/thread_state.hpp"

namespace pelton::api {

/// `POST /models` and `DELETE /models/{model}`: how SageMaker's multi-model endpoints load and unload models. Listing
/// them is the native dialect's, invoking them MLflow's. Loop thread only.
///
/// Requests are checked as if they were carried out; then they are refused (501): models are loaded at start and by
/// SIGHUP alone.
class SagemakerModels {
 public:
  explicit SagemakerModels(ThreadState& state) : state_(state) {}

  void add_routes(Routes& routes);
  /// Tells of those routes.
  void describe(Description& to) const;

 private:
  void load(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match);
  void unload(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match);

  ThreadState& state_;
};

}  // namespace pelton::api
