#pragma once

#include "api/predictions.hpp"
#include "api/routes.hpp"
#include "api/thread_state.hpp"
#include "codec/vertex/vertex_reader.hpp"

namespace pelton::api {

/// The two routes that Vertex AI asks a container for, at the paths it was started with; none where it was not.
/// They answer for the default model, and take the place of routes of the same path. Loop thread only.
class VertexDialect {
 public:
  static constexpr Dialect kDialect = Dialect::vertex;

  VertexDialect(ThreadState& state, Predictions& predictions) : state_(state), predictions_(predictions) {}

  void claim_routes(Routes& routes);
  /// Tells of those routes.
  void describe(Description& to) const;

 private:
  void predict(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match);
  void health(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match);

  ThreadState& state_;
  Predictions& predictions_;
  codec::VertexReader reader_;
};

}  // namespace pelton::api
