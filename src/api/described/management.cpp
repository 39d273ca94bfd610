// What /openapi.json and /postman.json tell of the routes that are no predictions.
#include <string>
#include <utility>

#include "api/described/described_routes.hpp"
#include "api/described/problem_schema.hpp"
#include "api/service.hpp"

namespace pelton::api {

namespace {

constexpr std::string_view kObject = R"({"type":"object"})";
constexpr std::string_view kText = R"({"type":"string"})";

struct Told {
  std::string path;
  std::string id;
  std::string summary;
  std::string answer;
  std::vector<Content> contents;
};

Operation get(std::string_view tag, Told told) {
  Operation operation{.verb = http::Verb::get,
                      .path = std::move(told.path),
                      .id = std::move(told.id),
                      .tag = std::string(tag),
                      .summary = std::move(told.summary)};
  operation.replies.push_back(
      {.status = 200, .description = std::move(told.answer), .contents = std::move(told.contents)});
  return operation;
}

/// The same of one model, with what is answered where there is none of that name.
Operation of_model(Description& to, std::string_view tag, Told told) {
  Operation operation = get(tag, std::move(told));
  operation.parameters = {to.model_parameter()};
  add_errors(operation, "application/problem+json", problem_schema(to), {400, 404, 431});
  return operation;
}

Content json(std::string_view schema) { return {.schema = std::string(schema)}; }
Content of_type(std::string_view media_type) {
  return {.media_type = std::string(media_type), .schema = std::string(kText)};
}

constexpr std::string_view kStatus =
    R"({"type":"object","required":["status"],"properties":{"status":{"type":"string"}},"additionalProperties":false})";

constexpr std::string_view kModels =
    R"({"type":"object","required":["models"],"properties":{"models":{"type":"array","items":{"type":"object",)"
    R"("required":["name","version","versions","kind","default","modelName","modelUrl"],"properties":{"name":{"type":"string"},)"
    R"("version":{"type":"string","description":"the newest"},"versions":{"type":"array","items":{"type":"string"}},)"
    R"("kind":{"type":"string"},"default":{"type":"boolean"},"modelName":{"type":"string"},)"
    R"("modelUrl":{"type":"string"}},"additionalProperties":false}}},)"
    R"("additionalProperties":false})";

constexpr std::string_view kCard =
    R"({"type":"object","required":["name","version","versions","format","kind","inputs","outputs","parameters",)"
    R"("bytes","operations","plan","load_seconds"],"properties":{"name":{"type":"string"},)"
    R"("version":{"type":"string"},"versions":{"type":"array","items":{"type":"string"}},)"
    R"("format":{"type":"string"},"kind":{"type":"string"},"inputs":{"type":"array","items":{"type":"object",)"
    R"("required":["type","missing"],"properties":{"name":{"type":"string"},"type":{"type":"string"},)"
    R"("missing":{"type":"boolean"},"optional":{"type":"boolean"}}}},"outputs":{"type":"object","additionalProperties":{"type":"object",)"
    R"("required":["type","width","label"],"properties":{"type":{"type":"string"},"width":{"type":"integer"},)"
    R"("label":{"type":"boolean"}}}},"classes":{"type":"array","items":{"type":["string","integer"]}},)"
    R"("parameters":{"type":"integer"},"bytes":{"type":"integer"},)"
    R"("operations":{"type":"array","items":{"type":"string"}},"plan":{"type":"array","items":{"type":"string"}},)"
    R"("load_seconds":{"type":["number","null"]}}})";

constexpr std::string_view kSnippets = R"({"type":"object","required":["curl","python","javascript","go","java"],)"
                                       R"("additionalProperties":{"type":"string"}})";

}  // namespace

void Service::describe(Description& to) const {
  to.tag("Models", "What is loaded, and what it takes and gives.");
  to.add(get("Models", {"/models", "models", "List the models", "Every model, with its versions.", {json(kModels)}}));
  to.add(of_model(
      to, "Models",
      {"/models/{model}", "model", "Describe a model", "The model's inputs, outputs and operations.", {json(kCard)}}));
  to.add(of_model(to, "Models",
                  {"/models/{model}/schema",
                   "model_schema",
                   "The JSON Schema of a model's requests",
                   "A schema of draft 2020-12.",
                   {{.media_type = "application/schema+json", .schema = std::string(kObject)}}}));
  to.tag("Server", "Probes and metrics.");
  to.add(get("Server", {"/",
                        "home",
                        "The page, or a sign of life",
                        "A page where Accept prefers text/html.",
                        {json(kStatus), of_type("text/html")}}));
  to.add(get("Server", {"/livez", "livez", "Is the server alive?", "It is.", {json(kStatus)}}));
  Operation ready = get("Server", {"/readyz", "readyz", "Is the server ready?", "It is.", {json(kStatus)}});
  ready.replies.push_back(
      {.status = 503, .description = "It has no model, or is about to stop.", .contents = {json(kStatus)}});
  to.add(std::move(ready));
  to.add(get(
      "Server",
      {"/metrics", "metrics", "Metrics for Prometheus", "Prometheus text, version 0.0.4.", {of_type("text/plain")}}));
}

void DescribedRoutes::describe(Description& to) const {
  to.tag("Description", "The server in machines' words.");
  to.add(get("Description", {"/openapi.json", "openapi", "This document", "OpenAPI 3.1.", {json(kObject)}}));
  to.add(get("Description",
             {"/postman.json", "postman", "A collection for Postman", "Collection format 2.1.", {json(kObject)}}));
  to.add(get("Description", {"/docs", "docs", "Swagger UI", "The page.", {of_type("text/html")}}));
  Operation file = get("Description", {"/docs/{file}",
                                       "docs_file",
                                       "A file of Swagger UI",
                                       "The file.",
                                       {of_type("text/javascript"), of_type("text/css"), of_type("text/plain")}});
  file.parameters = {{"file", "Its name.", R"({"type":"string","pattern":"^[A-Za-z.-]+$"})", "start.js", true}};
  add_errors(file, "application/problem+json", problem_schema(to), {400, 404, 431});
  to.add(std::move(file));
  to.add(of_model(to, "Models",
                  {"/models/{model}/snippets",
                   "model_snippets",
                   "Programs that ask a model",
                   "A program that sends a request, by language.",
                   {json(kSnippets)}}));
}

}  // namespace pelton::api
