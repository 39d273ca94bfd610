#pragma once

#include <string>
#include <string_view>

#include "api/predictions.hpp"
#include "api/routes.hpp"
#include "api/thread_state.hpp"
#include "codec/v1/v1_reader.hpp"

namespace pelton::api {

/// `/v1/models…`: the REST interface of TensorFlow Serving, and KServe's V1, on the same routes.
///
/// Reads the body straight into the rows of the model's open batch. Loop thread only.
class V1Dialect {
 public:
  static constexpr Dialect kDialect = Dialect::v1;

  V1Dialect(ThreadState& state, Predictions& predictions) : state_(state), predictions_(predictions) {}

  void add_routes(Routes& routes);
  /// Tells of those routes.
  void describe(Description& to) const;

 private:
  template <codec::V1Verb verb>
  void add_verb(Routes& routes, std::string_view name);
  template <codec::V1Verb verb>
  void ask(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match) {
    ask(verb, request, std::move(responder), match);
  }
  void ask(codec::V1Verb verb, const http::RequestView& request, http::Responder responder,
           const http::RouteMatch& match);
  void refuse_label(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match);

  void list(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match);
  void status(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match);
  void metadata(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match);

  /// The model that the path names; a null model comes with the 404 that KServe's clients know.
  ModelChoice choose(const http::RouteMatch& match);

  ThreadState& state_;
  Predictions& predictions_;
  codec::V1Reader reader_;
  std::string name_;  ///< of the model, and of its version, where they were percent-encoded
  std::string version_;
};

}  // namespace pelton::api
