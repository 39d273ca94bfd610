// What /openapi.json and /postman.json tell of MLflow's scoring server and SageMaker's container.
#include <string>
#include <string_view>
#include <utility>

#include "api/described/telling.hpp"
#include "api/mlflow/invocations.hpp"

namespace pelton::api {

namespace {

constexpr std::string_view kError =
    R"({"type":"object","required":["error_code","message"],"properties":{"error_code":{"type":"string","enum":)"
    R"(["BAD_REQUEST","RESOURCE_DOES_NOT_EXIST","INVALID_PARAMETER_VALUE","REQUEST_LIMIT_EXCEEDED","INTERNAL_ERROR",)"
    R"("TEMPORARILY_UNAVAILABLE","DEADLINE_EXCEEDED"]},"message":{"type":"string"}},"additionalProperties":false})";

constexpr std::string_view kRequest =
    R"({"anyOf":[{"type":"array","minItems":1,"description":"rows alone"},{"type":"object","properties":{)"
    R"("dataframe_split":{"type":"object","required":["data"],"properties":{"columns":{"type":["array","null"]},)"
    R"("index":{},"data":{"type":"array","minItems":1}},"additionalProperties":false},)"
    R"("dataframe_records":{"type":"array","minItems":1},"instances":{"type":"array","minItems":1},)"
    R"("inputs":{"type":["array","object"],"description":"rows, or columns by name"},)"
    R"("params":{"type":["object","null"],"properties":{"method":{"type":"string"},"timeout_ms":{"type":"number",)"
    R"("exclusiveMinimum":0,"maximum":86400000},"priority":{"type":"integer","minimum":0,"maximum":100}},)"
    R"("additionalProperties":false}},"oneOf":[{"required":["dataframe_split"]},{"required":["dataframe_records"]},)"
    R"({"required":["instances"]},{"required":["inputs"]}],"additionalProperties":false}]})";

constexpr std::string_view kAnswer =
    R"({"type":"object","required":["predictions"],"properties":{"predictions":{"type":"array"}},)"
    R"("additionalProperties":false})";

void add_invocation(Telling& telling, Operation operation, std::vector<Parameter> options) {
  operation.description = "Takes JSON, JSON lines and CSV by Content-Type; answers as Accept says.";
  operation.parameters.insert(operation.parameters.end(), options.begin(), options.end());
  const DescribedModel* const shown = telling.to().shown();
  std::string example;
  std::string answer;
  if (shown != nullptr && shown->schema().output(model::Method::predict)) {
    example = R"({"instances":)" + shown->rows_json() + "}";
    answer = R"({"predictions":)" + shown->result_json(model::Method::predict, false) + "}";
  }
  operation.bodies = {{.schema = std::string(kRequest), .example = example},
                      {.media_type = "application/jsonlines"},
                      {.media_type = "text/csv"}};
  Reply reply = prediction_reply("The results, a row each.", kAnswer, answer);
  reply.contents.push_back({.media_type = "application/jsonlines"});
  reply.contents.push_back({.media_type = "text/csv", .schema = R"({"type":"string"})"});
  operation.replies = {std::move(reply)};
  telling.add(std::move(operation), {400, 404, 406, 413, 415, 503, 504});
}

/// Answers that are the status alone.
Reply bare(int status, std::string description) {
  return {.status = status, .description = std::move(description), .contents = {}};
}

}  // namespace

void Invocations::describe(Description& to) const {
  Telling telling(to, "MLflow and SageMaker", "MLflow's scoring server, and the container that SageMaker talks to.",
                  "MlflowError", std::string(kError));
  const Parameter model{.name = "model",
                        .description = "The model's name; the default one if nothing is said.",
                        .schema = R"({"type":"string"})"};
  const Parameter version{
      .name = "version", .description = "The version of the model.", .schema = R"({"type":"string"})"};
  const Parameter method{.name = "method",
                         .description = "What is asked of the model; predict if nothing is said.",
                         .schema = R"({"type":"string"})"};
  const Parameter timeout{.name = "timeout_ms",
                          .description = "Answered 504 after so many milliseconds.",
                          .schema = R"({"type":"number","exclusiveMinimum":0,"maximum":86400000})"};
  const Parameter priority{.name = "priority",
                           .description = "1 goes first, 100 last; 0 is the model's default.",
                           .schema = R"({"type":"integer","minimum":0,"maximum":100})"};
  add_invocation(telling, telling.post("/invocations", "invocations", "Predict (MLflow)"),
                 {model, version, method, timeout, priority});
  add_invocation(telling, telling.post("/models/{model}/invoke", "models_invoke", "Predict (SageMaker, multi-model)"),
                 {version, method, timeout, priority});
  for (const std::string path : {"ping", "health"}) {
    Operation ping = telling.get("/" + path, path, "Are predictions to be had? (" + path + ")");
    ping.replies = {bare(200, "They are."), bare(404, "No model is loaded."),
                    bare(503, "The server is about to stop.")};
    for (Reply& reply : ping.replies) reply.contents = {{.schema = {}}};
    telling.add(std::move(ping), {});
  }
  Operation version_of = telling.get("/version", "version", "Pelton's version");
  version_of.replies = {bare(200, "Such as 1.2.3.")};
  version_of.replies.front().contents = {{.media_type = "text/plain", .schema = R"({"type":"string"})"}};
  telling.add(std::move(version_of), {});
}

}  // namespace pelton::api
