// What /openapi.json and /postman.json tell of V1.
#include <string>
#include <string_view>
#include <utility>

#include "api/described/telling.hpp"
#include "api/v1/v1_dialect.hpp"
#include "codec/v1/v1_results.hpp"

namespace pelton::api {

using codec::V1Verb;

namespace {

constexpr std::string_view kRowsRequest =
    R"({"type":"object","description":"either member holds the rows","properties":{"signature_name":{"type":"string",)"
    R"("description":"serving_default, or the method that is wanted"},)"
    R"("parameters":{"type":["object","null"],"properties":{"timeout_ms":{"type":"number","exclusiveMinimum":0,)"
    R"("maximum":86400000},"priority":{"type":"integer","minimum":0,"maximum":100}},"additionalProperties":false},)"
    R"("instances":{"type":"array","minItems":1},)"
    R"("inputs":{"type":["array","object"],"description":"rows, or columns by name"}},)"
    R"("oneOf":[{"required":["instances"]},{"required":["inputs"]}],"additionalProperties":false})";

constexpr std::string_view kExamplesRequest =
    R"({"type":"object","required":["examples"],"properties":{"signature_name":{"type":"string"},)"
    R"("parameters":{"type":["object","null"],"properties":{"timeout_ms":{"type":"number","exclusiveMinimum":0,)"
    R"("maximum":86400000},"priority":{"type":"integer","minimum":0,"maximum":100}},"additionalProperties":false},)"
    R"("examples":{"type":"array","minItems":1},"context":{"type":"object","description":"what all examples share"}},)"
    R"("additionalProperties":false})";

constexpr std::string_view kPredictions =
    R"({"oneOf":[{"type":"object","required":["predictions"],"properties":{"predictions":{"type":"array"}},)"
    R"("additionalProperties":false},{"type":"object","required":["outputs"],"properties":{"outputs":)"
    R"({"type":"array"}},"additionalProperties":false}]})";

// Not by prefixItems: tools that turn it into what older drafts had find the result no schema.
constexpr std::string_view kClassifications =
    R"({"type":"object","required":["results"],"properties":{"results":{"type":"array","items":{"type":"array",)"
    R"("items":{"type":"array","description":"label, score","items":{"type":["string","number","null"]},)"
    R"("minItems":2,"maxItems":2}}}},"additionalProperties":false})";

constexpr std::string_view kRegressions =
    R"({"type":"object","required":["results"],"properties":{"results":{"type":"array",)"
    R"("items":{"type":["number","null"]}}},"additionalProperties":false})";

constexpr std::string_view kExplanations =
    R"({"type":"object","required":["explanations"],"properties":{"explanations":{"type":"array"}},)"
    R"("additionalProperties":false})";

constexpr std::string_view kStatus =
    R"({"type":"object","required":["name","ready","model_version_status"],"properties":{"name":{"type":"string"},)"
    R"("ready":{"type":"boolean"},"model_version_status":{"type":"array","items":{"type":"object",)"
    R"("required":["version","state","status"],"properties":{"version":{"type":"string"},"state":{"type":"string"},)"
    R"("status":{"type":"object","required":["error_code","error_message"],"properties":{"error_code":)"
    R"({"type":"string"},"error_message":{"type":"string"}}}}}}},"additionalProperties":false})";

constexpr std::string_view kMetadata =
    R"({"type":"object","required":["model_spec","metadata"],"properties":{"model_spec":{"type":"object",)"
    R"("required":["name","signature_name","version"],"properties":{"name":{"type":"string"},"signature_name":)"
    R"({"type":"string"},"version":{"type":"string"}}},"metadata":{"type":"object","required":["signature_def"]}},)"
    R"("additionalProperties":false})";

constexpr std::string_view kNames =
    R"({"type":"object","required":["models"],"properties":{"models":{"type":"array","items":{"type":"string"}}},)"
    R"("additionalProperties":false})";

/// A verb in words: what it is called, what it takes and what it gives.
struct ToldVerb {
  V1Verb verb;
  std::string_view name;
  std::string_view summary;
  std::string_view rows;  ///< the member of the request that holds them
  std::string_view results;
  std::string_view request;
  std::string_view answer;
};

constexpr ToldVerb kVerbs[]{
    {V1Verb::predict, "predict", "Predict", "instances", "predictions", kRowsRequest, kPredictions},
    {V1Verb::classify, "classify", "Score every class", "examples", "results", kExamplesRequest, kClassifications},
    {V1Verb::regress, "regress", "Predict a number", "examples", "results", kExamplesRequest, kRegressions},
    {V1Verb::explain, "explain", "Tell contributions", "instances", "explanations", kRowsRequest, kExplanations}};

/// What the model answers to its own rows; empty where it does not answer the verb.
std::string example_answer(const ToldVerb& told, const DescribedModel& model) {
  const std::optional<model::Method> method = codec::v1_method(told.verb, model.schema());
  if (!method) return {};
  std::string answer = "{\"" + std::string(told.results) + "\":";
  if (told.verb != V1Verb::classify) return answer + model.result_json(*method, false) + "}";
  core::TextBuffer classes;
  codec::append_classifications(classes, model.schema(), *method, model.results(*method));
  return answer.append(classes.view()) + "}";
}

void tell_verb(Telling& telling, const ToldVerb& told) {
  const DescribedModel* const shown = telling.to().shown();
  const std::string answer = shown != nullptr ? example_answer(told, *shown) : "";
  const std::string example = answer.empty() ? "" : "{\"" + std::string(told.rows) + "\":" + shown->rows_json() + "}";
  const std::string name(told.name);
  for (const bool versioned : {false, true}) {
    Operation operation =
        telling.post((versioned ? "/v1/models/{model}/versions/{version}:" : "/v1/models/{model}:") + name,
                     "v1_" + name + (versioned ? "_version" : ""),
                     std::string(told.summary) + (versioned ? ", with a version" : "") + " (V1)");
    operation.bodies = {{.schema = std::string(told.request), .example = example}};
    operation.replies = {prediction_reply("The results, a row each.", told.answer, answer)};
    if (told.verb == V1Verb::explain) {
      telling.add(std::move(operation), {400, 404, 413, 415, 429, 501, 504});
    } else {
      telling.add(std::move(operation), {400, 404, 413, 415, 429, 504});
    }
  }
  Operation labelled = telling.post("/v1/models/{model}/labels/{label}:" + name, "v1_" + name + "_label",
                                    std::string(told.summary) + ", with a label: refused (V1)");
  labelled.description = "Versions have no labels: ask for /versions/{version}.";
  labelled.parameters.push_back({.name = "label",
                                 .description = "A version's label.",
                                 .schema = R"({"type":"string","pattern":"^[A-Za-z0-9_-]+$"})",
                                 .example = "stable",
                                 .in_path = true});
  labelled.bodies = {{.schema = std::string(told.request)}};
  telling.add(std::move(labelled), {400});
}

void add_models(Telling& telling) {
  Operation list = telling.get("/v1/models", "v1_models", "List the models (V1)");
  list.replies = {good_reply("Their names.", kNames)};
  telling.add(std::move(list), {});
  for (const bool versioned : {false, true}) {
    const std::string path = versioned ? "/v1/models/{model}/versions/{version}" : "/v1/models/{model}";
    const std::string which = versioned ? "a version" : "a model";
    const std::string end = versioned ? "_version" : "";
    Operation status = telling.get(path, "v1_status" + end, "Is " + which + " ready? (V1)");
    status.replies = {good_reply("What state it is in.", kStatus)};
    telling.add(std::move(status), {404});
    Operation metadata = telling.get(path + "/metadata", "v1_metadata" + end, "Describe " + which + " (V1)");
    metadata.replies = {good_reply("Its signatures.", kMetadata)};
    telling.add(std::move(metadata), {404});
  }
}

}  // namespace

void V1Dialect::describe(Description& to) const {
  Telling telling(to, "V1", "TensorFlow Serving's and KServe's V1.", "V1Error", error_text_schema());
  for (const ToldVerb& verb : kVerbs) tell_verb(telling, verb);
  add_models(telling);
}

}  // namespace pelton::api
