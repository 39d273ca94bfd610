#pragma once

#include <string>

#include "api/model_chores.hpp"
#include "api/routes.hpp"
#include "api/thread_state.hpp"

namespace pelton::api {

/// `POST /models` and `DELETE /models/{model}`: how SageMaker's multi-model endpoints load and unload models. Listing
/// them is the native dialect's, invoking them MLflow's. Loop thread only.
///
/// Both are for a server that was started for them (PlatformSettings::loadable), and done on the worker's thread: the
/// answer follows when it is done.
class SagemakerModels {
 public:
  static constexpr Dialect kDialect = Dialect::sagemaker;

  SagemakerModels(ThreadState& state, ModelChores& chores) : state_(state), chores_(chores) {}

  void add_routes(Routes& routes);
  /// Tells of those routes.
  void describe(Description& to) const;

 private:
  void load(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match);
  void unload(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match);

  void start(const http::RequestView& request, http::Responder responder, ModelChores::Work work, std::string conflict);

  ThreadState& state_;
  ModelChores& chores_;
};

}  // namespace pelton::api
