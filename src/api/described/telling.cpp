#include "api/described/telling.hpp"

#include <algorithm>
#include <utility>

#include "api/described/problem_schema.hpp"

namespace pelton::api {

namespace {
constexpr int kOverQuota = 429;
}  // namespace

Telling::Telling(Description& to, std::string tag, std::string text, std::string error_name, std::string error_schema)
    : to_(to),
      tag_(std::move(tag)),
      error_(to.component(std::move(error_name), std::move(error_schema))),
      problem_(problem_schema(to)) {
  to.tag(tag_, std::move(text));
}

Operation Telling::of(http::Verb verb, std::string path, std::string id, std::string summary) const {
  Operation operation{
      .verb = verb, .path = std::move(path), .id = std::move(id), .tag = tag_, .summary = std::move(summary)};
  if (operation.path.find("{model}") != std::string::npos) operation.parameters.push_back(to_.model_parameter());
  if (operation.path.find("{version}") != std::string::npos) operation.parameters.push_back(to_.version_parameter());
  return operation;
}

Operation Telling::get(std::string path, std::string id, std::string summary) const {
  return of(http::Verb::get, std::move(path), std::move(id), std::move(summary));
}

Operation Telling::post(std::string path, std::string id, std::string summary) const {
  return of(http::Verb::post, std::move(path), std::move(id), std::move(summary));
}

Operation Telling::del(std::string path, std::string id, std::string summary) const {
  return of(http::Verb::del, std::move(path), std::move(id), std::move(summary));
}

void Telling::add(Operation operation, std::initializer_list<int> errors) {
  add_errors(operation, "application/json", error_, errors);
  if (operation.verb == http::Verb::post) {
    const bool told = std::find(errors.begin(), errors.end(), kOverQuota) != errors.end();
    if (!told) add_errors(operation, "application/json", error_, {kOverQuota});
    add_errors(operation, "application/problem+json", problem_, {400, 408, 413, 415, 431});
  } else {
    add_errors(operation, "application/problem+json", problem_, {400, 431});
  }
  to_.add(std::move(operation));
}

Reply good_reply(std::string description, std::string_view schema, std::string example) {
  return {.status = 200,
          .description = std::move(description),
          .contents = {{.schema = std::string(schema), .example = std::move(example)}}};
}

Reply prediction_reply(std::string description, std::string_view schema, std::string example) {
  Reply reply = good_reply(std::move(description), schema, std::move(example));
  reply.headers = {"Server-Timing"};
  return reply;
}

std::string error_text_schema() {
  return R"({"type":"object","required":["error"],"properties":{"error":{"type":"string"}},)"
         R"("additionalProperties":false})";
}

}  // namespace pelton::api
