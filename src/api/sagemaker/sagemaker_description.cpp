// What /openapi.json and /postman.json tell of loading and unloading as SageMaker asks for it.
#include <string>
#include <string_view>
#include <utility>

#include "api/described/telling.hpp"
#include "api/sagemaker/sagemaker_models.hpp"

namespace pelton::api {

namespace {

constexpr std::string_view kError =
    R"({"type":"object","required":["code","type","message"],"properties":{"code":{"type":"integer"},)"
    R"("type":{"type":"string","enum":["BadRequestException","ModelNotFoundException","MethodNotAllowedException",)"
    R"("ConflictStatusException","ServiceUnavailableException","InternalServerException"]},)"
    R"("message":{"type":"string"}},"additionalProperties":false})";

constexpr std::string_view kRequest =
    R"({"type":"object","required":["model_name","url"],"properties":{"model_name":{"type":"string","minLength":1},)"
    R"("url":{"type":"string","description":"a file or folder in the folder of models"}},)"
    R"("additionalProperties":false})";

constexpr std::string_view kStatus =
    R"({"type":"object","required":["status"],"properties":{"status":{"type":"string"}},"additionalProperties":false})";

}  // namespace

void SagemakerModels::describe(Description& to) const {
  Telling telling(to, "SageMaker models", "How SageMaker's multi-model endpoints load and unload models.",
                  "SagemakerError", std::string(kError));
  Operation load = telling.post("/models", "sagemaker_load", "Load a model (SageMaker)");
  load.bodies = {
      {.schema = std::string(kRequest), .example = R"({"model_name":"house","url":"/opt/ml/models/house/model"})"}};
  load.replies = {good_reply("It is loaded.", kStatus)};
  load.changes_server = true;
  telling.add(std::move(load), {400, 404, 409, 500, 503, 507});
  Operation unload = telling.del("/models/{model}", "sagemaker_unload", "Unload a model (SageMaker)");
  unload.replies = {good_reply("It is unloaded.", kStatus)};
  unload.changes_server = true;
  telling.add(std::move(unload), {400, 404, 503});
}

}  // namespace pelton::api
