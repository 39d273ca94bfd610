#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "api/predictions.hpp"
#include "api/routes.hpp"
#include "api/thread_state.hpp"
#include "api/v2/infer_form.hpp"
#include "codec/v2/infer_reader.hpp"

namespace pelton::api {

/// `POST /v2/models/{model}[/versions/{version}]/infer`. Loop thread only.
class V2Infer {
 public:
  static constexpr Dialect kDialect = Dialect::v2;

  V2Infer(ThreadState& state, Predictions& predictions) : state_(state), predictions_(predictions), form_(state) {}

  void add_routes(Routes& routes);

 private:
  void infer(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match);
  core::Result<void, codec::Problem> read(const http::RequestView& request, const codec::v2::InferTarget& target,
                                          codec::v2::InferRequest& read);

  ThreadState& state_;
  Predictions& predictions_;
  V2InferForm form_;
  codec::v2::InferReader reader_;
};

/// Reads a request's body into `target`.
using ReadV2 = std::function<core::Result<void, codec::Problem>(const codec::v2::InferTarget& target,
                                                                codec::v2::InferRequest& read)>;

/// Answers a request for a prediction of the model that the route names: its rows enter the batches once `read` has
/// read them, and the answer follows by `form`.
void predict_v2(ThreadState& state, Predictions& predictions, const http::RequestView& request,
                http::Responder responder, const http::RouteMatch& match, const ReadV2& read, const AnswerForm& form);

}  // namespace pelton::api
