#include "api/vertex/vertex_dialect.hpp"

#include <utility>

#include "api/body_type.hpp"

namespace pelton::api {

namespace {

class VertexForm final : public AnswerForm {
 public:
  Dialect dialect() const noexcept override { return Dialect::vertex; }

  void write(const Answer& answer, http::Responder& responder) const override {
    const auto& [method, results, note] = answer.outputs.front();
    codec::ObjectWriter reply(
        responder.begin({.status = 200, .content_type = "application/json", .headers = answer.headers}));
    answer.model.writer(method).append_result(reply.member("predictions"), results, false);
    reply.finish();
  }

  std::string row_pointer(std::size_t row, bool) const override { return "/instances/" + std::to_string(row); }
};

const VertexForm kForm;

}  // namespace

void VertexDialect::claim_routes(Routes& routes) {
  const PlatformSettings& platform = state_.shared().settings.platform;
  if (!platform.vertex_predict_route.empty()) {
    routes.claim<&VertexDialect::predict>(http::Verb::post, platform.vertex_predict_route, *this);
  }
  if (!platform.vertex_health_route.empty()) {
    routes.claim<&VertexDialect::health>(http::Verb::get, platform.vertex_health_route, *this, RouteKind::probe);
  }
  routes.described_by<&VertexDialect::describe>(*this);
}

void VertexDialect::predict(const http::RequestView& request, http::Responder responder, const http::RouteMatch&) {
  ServedModel* model = nullptr;
  const auto refuse = [&](const codec::Problem& problem) {
    state_.reply_problem(request, std::move(responder), problem, Dialect::vertex, model);
  };
  if (!brings_json(request)) {
    return refuse({.status = 415,
                   .detail = "content type \"" + std::string(request.header("Content-Type")) +
                             "\" is not read here; expected application/json",
                   .errors = {}});
  }
  const ModelChoice choice = state_.choose({}, {});
  if (choice.model == nullptr) return refuse(choice.problem);
  model = choice.model;
  constexpr model::Method kFirst = model::Method::predict;
  if (!model->features.offers(kFirst)) {
    return refuse({.status = 422, .detail = "this model offers " + model->features.offered_names(), .errors = {}});
  }
  math::RowBuffer* const rows =
      predictions_.rows_for(request, responder, {.model = *model, .method = kFirst, .dialect = Dialect::vertex});
  if (rows == nullptr) return;
  codec::PredictRequest read;
  const auto outcome = reader_.read(request.body, {model->features, *rows, state_.shared().settings.read}, read);
  if (!outcome) return refuse(outcome.error());
  const model::Method method = read.options.method.value_or(kFirst);
  predictions_.submit(request, std::move(responder),
                      {.model = model,
                       .methods = {&method, 1},
                       .read_for = kFirst,
                       .first_row = read.first_row,
                       .timeout = read.options.timeout,
                       .priority = priority_of(read.options)},
                      kForm);
}

void VertexDialect::health(const http::RequestView& request, http::Responder responder, const http::RouteMatch&) {
  const bool ready =
      state_.shared().ready.load(std::memory_order_acquire) && state_.predictor().catalog().default_model() != nullptr;
  state_.reply(request, std::move(responder), {.status = ready ? 200 : 503},
               ready ? R"({"status":"ready"})" : R"({"status":"not ready"})", Dialect::vertex);
}

}  // namespace pelton::api
