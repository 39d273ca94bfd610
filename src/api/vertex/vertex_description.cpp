// What /openapi.json and /postman.json tell of the routes that Vertex AI asked for.
#include <string>
#include <string_view>
#include <utility>

#include "api/described/telling.hpp"
#include "api/vertex/vertex_dialect.hpp"

namespace pelton::api {

namespace {

constexpr std::string_view kRequest =
    R"({"type":"object","required":["instances"],"properties":{"instances":{"type":"array","minItems":1},)"
    R"("parameters":{"type":["object","null"],"properties":{"method":{"type":"string"},"timeout_ms":{"type":"number",)"
    R"("exclusiveMinimum":0,"maximum":86400000},"priority":{"type":"integer","minimum":0,"maximum":100}},)"
    R"("additionalProperties":false}},"additionalProperties":false})";

constexpr std::string_view kAnswer =
    R"({"type":"object","required":["predictions"],"properties":{"predictions":{"type":"array"}},)"
    R"("additionalProperties":false})";

constexpr std::string_view kStatus =
    R"({"type":"object","required":["status"],"properties":{"status":{"type":"string"}},"additionalProperties":false})";

}  // namespace

void VertexDialect::describe(Description& to) const {
  const PlatformSettings& platform = state_.shared().settings.platform;
  if (platform.vertex_predict_route.empty() && platform.vertex_health_route.empty()) return;
  Telling telling(to, "Vertex AI", "The routes that Vertex AI asked for.", "VertexError", error_text_schema());
  if (!platform.vertex_predict_route.empty()) {
    Operation operation =
        telling.post(platform.vertex_predict_route, "vertex_predict", "Predict with the default model (Vertex AI)");
    const DescribedModel* const shown = to.shown();
    std::string example;
    std::string answer;
    if (shown != nullptr && shown->schema().output(model::Method::predict)) {
      example = R"({"instances":)" + shown->rows_json() + "}";
      answer = R"({"predictions":)" + shown->result_json(model::Method::predict, false) + "}";
    }
    operation.bodies = {{.schema = std::string(kRequest), .example = std::move(example)}};
    operation.replies = {prediction_reply("The results, a row each.", kAnswer, std::move(answer))};
    telling.add(std::move(operation), {400, 413, 415, 503, 504});
  }
  if (!platform.vertex_health_route.empty()) {
    Operation health = telling.get(platform.vertex_health_route, "vertex_health", "Is a model ready? (Vertex AI)");
    health.replies = {good_reply("It is.", kStatus), good_reply("It is not.", kStatus)};
    health.replies.back().status = 503;
    telling.add(std::move(health), {});
  }
}

}  // namespace pelton::api
