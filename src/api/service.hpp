#pragma once

#include "api/described/described_routes.hpp"
#include "api/mlflow/invocations.hpp"
#include "api/model_chores.hpp"
#include "api/native_predict.hpp"
#include "api/native_streams.hpp"
#include "api/predictions.hpp"
#include "api/quotas/quota_gate.hpp"
#include "api/routes.hpp"
#include "api/sagemaker/sagemaker_models.hpp"
#include "api/thread_state.hpp"
#include "api/v1/v1_dialect.hpp"
#include "api/v2/dialect.hpp"
#include "api/vertex/vertex_dialect.hpp"
#include "http/service.hpp"

namespace pelton::api {

/// Answers every route, for one event loop. Its own are listed in service.cpp; each dialect adds those it
/// answers.
class Service final : public http::Service {
 public:
  static constexpr Dialect kDialect = Dialect::http;

  Service(SharedState& shared, core::EventLoop& loop);

  void on_request(const http::RequestView& request, http::Responder responder) override;
  bool wants_pieces(const http::RequestView& head) const override;
  http::BodySink* open_body(const http::RequestView& head, http::Responder responder) override;
  bool idle() const override { return state_.predictor().idle(); }
  std::string_view write_protocol_error(int status, std::string_view detail, const http::RequestView* head,
                                        core::TextBuffer& body) override;

  /// Tells of the routes that are no dialect's.
  void describe(Description& to) const;
  const Routes& routes() const noexcept { return routes_; }
  DescribedRoutes& described() noexcept { return described_; }

 private:
  bool over_quota(const http::RequestView& request, http::Responder& responder, const http::RouteMatch& match);
  void answer_unrouted(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match);

  void list_models(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match);
  void model_card(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match);
  void model_schema(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match);
  void home(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match);
  void live(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match);
  void ready(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match);
  void metrics(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match);

  ThreadState state_;
  Predictions predictions_;
  ModelChores chores_;
  Routes routes_;
  NativePredict native_;
  V1Dialect v1_;
  V2Dialect v2_;
  Invocations invocations_;
  SagemakerModels sagemaker_;
  VertexDialect vertex_;
  NativeStreams streams_;
  QuotaGate quotas_;
  DescribedRoutes described_;
};

}  // namespace pelton::api
