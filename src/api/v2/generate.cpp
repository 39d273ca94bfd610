#include "api/v2/generate.hpp"

#include <utility>

#include "api/v2/choice.hpp"
#include "api/v2/infer.hpp"
#include "api/v2/model_part.hpp"

namespace pelton::api {

void V2GenerateForm::write(const Answer& answer, http::Responder& responder) const {
  core::TextBuffer& body = responder.begin({.status = 200, .headers = answer.headers});
  body.append(V2ModelPart::of(answer.model).reply_head);
  if (!answer.id.empty()) {
    body.append(R"(,"id":)");
    body.append(answer.id);
  }
  for (const Answer::Output& output : answer.outputs) {
    body.append(R"(,")");
    body.append(to_string(output.method));
    body.append("\":");
    answer.model.writer(output.method).append_result(body, output.results, answer.single);
  }
  body.append('}');
}

std::string V2GenerateForm::row_pointer(std::size_t row, bool) const { return "row " + std::to_string(row + 1); }

void V2Generate::add_routes(Routes& routes) {
  for (const std::string model : {"/v2/models/{model}", "/v2/models/{model}/versions/{version}"}) {
    routes.add<&V2Generate::generate>(http::Verb::post, model + "/generate", *this);
    routes.add<&V2Generate::stream>(http::Verb::post, model + "/generate_stream", *this);
  }
}

void V2Generate::generate(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match) {
  const auto read = [&](const codec::v2::InferTarget& target, codec::v2::InferRequest& generated) {
    return reader_.read(request.body, target, generated);
  };
  predict_v2(state_, predictions_, request, std::move(responder), match, read, form_);
}

void V2Generate::stream(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match) {
  const ModelChoice choice = choose_v2(state_, match);
  codec::Problem problem = choice.problem;
  if (choice.model != nullptr) {
    problem = {
        .status = 400, .detail = "streams are not supported: a prediction is one answer; use generate", .errors = {}};
  }
  state_.reply_problem(request, std::move(responder), problem, Dialect::v2, choice.model);
}

}  // namespace pelton::api
