// What /openapi.json and /postman.json tell of the native dialect.
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "api/described/description.hpp"
#include "api/described/problem_schema.hpp"
#include "api/native_predict.hpp"
#include "codec/request_schema.hpp"
#include "codec/result_schema.hpp"

namespace pelton::api {

namespace {

constexpr std::string_view kTag = "Predictions";

std::string json_text(std::string_view text) {
  core::TextBuffer out;
  core::append_json_string(out, text);
  return std::string(out.view());
}

/// A result of any method: of one row, or a list of them.
std::string result_schema(const model::Schema& schema) {
  std::string choices;
  for (const model::Method method : model::kAllMethods) {
    if (!schema.output(method)) continue;
    core::TextBuffer row;
    codec::append_result_schema(row, schema, method);
    if (!choices.empty()) choices += ',';
    choices.append(row.view()).append(R"(,{"type":"array","items":)").append(row.view()).append("}");
  }
  return R"({"type":"object","required":["result"],"additionalProperties":false,"properties":{"result":{"anyOf":[)" +
         choices + R"(]},"id":{"type":["string","integer"]}}})";
}

std::string body_schema(const std::string& row, const model::Schema& schema) {
  core::TextBuffer out;
  codec::append_body_schema(out, row, schema);
  return std::string(out.view());
}

/// The schemas of a model's requests and answers, and what shows them.
struct Messages {
  std::string request;
  std::string answer;
  std::string example;
  std::string example_answer;
  std::string csv_answer;
  bool raw_answers = false;
};

Messages messages_of(Description& to, const DescribedModel& model) {
  const model::Schema& schema = model.schema();
  to.row(model);
  Messages messages;
  messages.request =
      to.component(model.component() + ".request", body_schema(component_path(model.component() + ".row"), schema));
  messages.answer = to.component(model.component() + ".answer", result_schema(schema));
  if (model.rows().rows == 0 || !schema.output(model::Method::predict)) return messages;
  messages.example = R"({"x":)" + model.row_json() + "}";
  messages.example_answer = R"({"result":)" + model.result_json(model::Method::predict, true) + "}";
  const codec::ResultWriter& writer = model.served().writer(model::Method::predict);
  core::TextBuffer csv;
  writer.append_csv_header(csv);
  writer.append_csv_rows(csv, model.results(model::Method::predict));
  messages.csv_answer = json_text(csv.view());
  messages.raw_answers = !writer.raw_type().empty();
  return messages;
}

std::string methods_schema(const model::Schema* schema) {
  std::string names;
  for (const model::Method method : model::kAllMethods) {
    if (schema != nullptr && !schema->output(method)) continue;
    names.append(names.empty() ? "\"" : ",\"").append(to_string(method)).append("\"");
  }
  return R"({"type":"string","enum":[)" + names + "]}";
}

/// `schema`: of the model that is asked; null where it may be any.
std::vector<Parameter> query_options(const model::Schema* schema) {
  return {{"method", "What is asked of the model; predict if nothing is said.", methods_schema(schema)},
          {"version", "The version, where the path names none.", R"({"type":"string","pattern":"^[^\u0000\r\n]+$"})"},
          {"timeout_ms", "How long the caller waits, in milliseconds.",
           R"({"type":"number","exclusiveMinimum":0,"maximum":86400000})"},
          {"priority", "1 goes first, 100 last; 0 is the usual.", R"({"type":"integer","minimum":0,"maximum":100})"},
          {"dtype", "The type of raw rows.", R"({"type":"string","enum":["float32","float64"]})"}};
}

/// The other forms of a request; JSON Schema says nothing of them.
void add_other_bodies(Operation& operation) {
  for (const char* const type : {"application/x-ndjson", "text/csv", "application/octet-stream"}) {
    operation.bodies.push_back({.media_type = type});
  }
}

void add_answers(Operation& operation, const Messages& messages, const std::string& problem) {
  Reply good{.status = 200,
             .description = "The result: a value of one bare row, a list of values of a list of rows.",
             .contents = {{.schema = messages.answer, .example = messages.example_answer},
                          {.media_type = "application/x-ndjson"},
                          {.media_type = "text/csv", .schema = R"({"type":"string"})", .example = messages.csv_answer}},
             .headers = {"Server-Timing"}};
  if (messages.raw_answers) good.contents.push_back({.media_type = "application/octet-stream"});
  operation.replies.push_back(std::move(good));
  add_errors(operation, "application/problem+json", problem, {400, 404, 406, 408, 413, 415, 422, 429, 431, 503, 504});
}

Operation predict_operation(std::string path, std::string id, std::string summary, std::vector<Parameter> parameters,
                            const Messages& messages, const std::string& problem) {
  Operation operation{.path = std::move(path),
                      .id = std::move(id),
                      .tag = std::string(kTag),
                      .summary = std::move(summary),
                      .description = "Takes JSON, NDJSON, CSV and raw rows by Content-Type; answers as Accept says.",
                      .parameters = std::move(parameters)};
  operation.bodies = {{.schema = messages.request, .example = messages.example}};
  add_other_bodies(operation);
  add_answers(operation, messages, problem);
  return operation;
}

}  // namespace

void NativePredict::describe(Description& to) const {
  to.tag(std::string(kTag), "Rows in, results out.");
  const std::string problem = problem_schema(to);
  Messages any{.request = R"({"type":"object","required":["x"]})",
               .answer = R"({"type":"object","required":["result"]})",
               .example = {},
               .example_answer = {},
               .csv_answer = {},
               .raw_answers = true};
  Messages by_default = any;
  const model::Schema* default_schema = nullptr;
  for (const DescribedModel& model : to.models()) {
    if (!model.is_default() || !model.is_newest()) continue;
    by_default = messages_of(to, model);
    default_schema = &model.schema();
    any.example = by_default.example;
    any.example_answer = by_default.example_answer;
  }
  to.add(predict_operation("/predict", "predict", "Predict with the default model", query_options(default_schema),
                           by_default, problem));
  to.each_model("/predict/{model}", "/predict/{model}/versions/{version}", "predict",
                [&](const DescribedModel& model, Operation operation) {
                  const std::string which = model.is_newest() ? model.name() : model.name() + ", " + model.version();
                  to.add(predict_operation(std::move(operation.path), std::move(operation.id), "Predict with " + which,
                                           query_options(&model.schema()), messages_of(to, model), problem));
                });
  std::vector<Parameter> parameters = query_options(nullptr);
  parameters.insert(parameters.begin(), to.model_parameter());
  to.add(predict_operation("/predict/{model}", "predict_any", "Predict with any model", parameters, any, problem));
  std::erase_if(parameters, [](const Parameter& parameter) { return parameter.name == "version"; });
  parameters.insert(parameters.begin() + 1, to.version_parameter());
  to.add(predict_operation("/predict/{model}/versions/{version}", "predict_any_version",
                           "Predict with any version of a model", std::move(parameters), any, problem));
}

}  // namespace pelton::api
