#pragma once

#include <optional>
#include <string>

#include "api/predictions.hpp"
#include "api/routes.hpp"
#include "api/thread_state.hpp"
#include "codec/csv_rows.hpp"
#include "codec/mlflow/invocation_reader.hpp"
#include "codec/native_json.hpp"

namespace pelton::api {

/// `POST /invocations`, `GET /ping`, `/health` and `/version`: MLflow's scoring server, and the container that
/// SageMaker talks to; `POST /models/{model}/invoke` as its multi-model endpoints ask.
///
/// The model is the default one, or the one that X-Amzn-SageMaker-Target-Model or `?model=` names. Reads the body
/// straight into the rows of the model's open batch. Loop thread only.
class Invocations {
 public:
  static constexpr Dialect kDialect = Dialect::mlflow;

  Invocations(ThreadState& state, Predictions& predictions) : state_(state), predictions_(predictions) {}

  void add_routes(Routes& routes);
  /// Tells of those routes.
  void describe(Description& to) const;

 private:
  struct Asked;

  void invoke(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match);
  void ping(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match);
  void version(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match);

  void read_name(const http::RequestView& request, Asked& asked);
  std::optional<codec::Problem> read_options(const http::RequestView& request, Asked& asked);
  std::optional<codec::Problem> settle(const http::RequestView& request, Asked& asked);
  core::Result<void, codec::Problem> read_body(const http::RequestView& request, Asked& asked, math::RowBuffer& rows);
  void answer(const http::RequestView& request, http::Responder responder, Asked& asked);

  ThreadState& state_;
  Predictions& predictions_;
  codec::InvocationReader json_;
  codec::NativeJsonReader lines_;
  codec::CsvReader csv_;
  std::string name_;  ///< of the model, and its version, where they are not in the request as they are
  std::string version_;
};

}  // namespace pelton::api
