#pragma once

#include <optional>

#include "api/predictions.hpp"
#include "api/routes.hpp"
#include "api/thread_state.hpp"
#include "codec/csv_rows.hpp"
#include "codec/native_json.hpp"
#include "codec/raw_rows.hpp"

namespace pelton::api {

/// `POST /predict` and `POST /predict/{model}[/versions/{version}]`: the native dialect.
///
/// Reads the body straight into the rows of the model's open batch. Loop thread only.
class NativePredict {
 public:
  static constexpr Dialect kDialect = Dialect::native;

  NativePredict(ThreadState& state, Predictions& predictions) : state_(state), predictions_(predictions) {}

  void add_routes(Routes& routes);
  /// Tells of those routes.
  void describe(Description& to) const;

 private:
  struct Reading;

  void predict(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match);
  core::Result<void, codec::Problem> read_body(const http::RequestView& request, Reading& reading);
  bool resolve(const http::RequestView& request, http::Responder& responder, Reading& reading);
  void submit(const http::RequestView& request, http::Responder responder, const Reading& reading);

  ThreadState& state_;
  Predictions& predictions_;
  codec::NativeJsonReader json_;
  codec::CsvReader csv_;
};

}  // namespace pelton::api
