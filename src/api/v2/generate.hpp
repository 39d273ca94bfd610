#pragma once

#include "api/predictions.hpp"
#include "api/routes.hpp"
#include "api/thread_state.hpp"
#include "codec/v2/generate_reader.hpp"

namespace pelton::api {

/// How `generate` is answered: one flat object with a member an output.
class V2GenerateForm final : public AnswerForm {
 public:
  Dialect dialect() const noexcept override { return Dialect::v2; }
  void write(const Answer& answer, http::Responder& responder) const override;
  std::string row_pointer(std::size_t row, bool single) const override;
};

/// `POST /v2/models/{model}[/versions/{version}]/generate`: a flat object of features in, a flat object of results
/// out. `generate_stream` is refused: a prediction is one answer. Loop thread only.
class V2Generate {
 public:
  static constexpr Dialect kDialect = Dialect::v2;

  V2Generate(ThreadState& state, Predictions& predictions) : state_(state), predictions_(predictions) {}

  void add_routes(Routes& routes);

 private:
  void generate(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match);
  void stream(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match);

  ThreadState& state_;
  Predictions& predictions_;
  V2GenerateForm form_;
  codec::v2::GenerateReader reader_;
};

}  // namespace pelton::api
