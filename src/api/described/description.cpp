#include "api/described/description.hpp"

#include <algorithm>

#include "api/query.hpp"
#include "codec/problem.hpp"
#include "codec/request_schema.hpp"

namespace pelton::api {

namespace {

void replace(std::string& text, std::string_view what, std::string_view by) {
  if (const std::size_t at = text.find(what); at != std::string::npos) text.replace(at, what.size(), by);
}

}  // namespace

std::string component_path(std::string_view name) { return "#/components/schemas/" + std::string(name); }

void Description::add(Operation operation) {
  const bool known = std::any_of(operations_.begin(), operations_.end(), [&](const Operation& other) {
    return other.verb == operation.verb && other.path == operation.path;
  });
  if (!known) operations_.push_back(std::move(operation));
}

std::string Description::component(std::string name, std::string schema) {
  std::string reference = R"({"$ref":")" + component_path(name) + "\"}";
  const bool known =
      std::any_of(components_.begin(), components_.end(), [&](const auto& c) { return c.first == name; });
  if (!known) components_.emplace_back(std::move(name), std::move(schema));
  return reference;
}

std::string Description::row(const DescribedModel& model) {
  core::TextBuffer schema;
  codec::append_row_schema(schema, model.schema());
  return component(model.component() + ".row", std::string(schema.view()));
}

void Description::each_model(std::string_view pattern, std::string_view versioned, std::string_view id,
                             const std::function<void(const DescribedModel&, Operation)>& visit) const {
  for (const DescribedModel& model : models_) {
    const auto with = [&](std::string path, std::string_view marked) {
      replace(path, "{model}", percent_encoded(model.name()));
      replace(path, "{version}", percent_encoded(model.version()));
      Operation operation{.path = std::move(path), .id = std::string(id), .tag = {}, .summary = {}};
      visit(model, (operation.id.append(marked).append(model.component()), std::move(operation)));
    };
    const auto versions = std::count_if(models_.begin(), models_.end(),
                                        [&](const DescribedModel& other) { return other.name() == model.name(); });
    if (model.is_newest()) with(std::string(pattern), "_");
    if (versions > 1 && !versioned.empty()) with(std::string(versioned), "_version_");
  }
}

const DescribedModel* Description::shown() const noexcept {
  for (const DescribedModel& model : models_) {
    if (model.is_default() && model.is_newest()) return model.rows().rows != 0 ? &model : nullptr;
  }
  return nullptr;
}

Parameter Description::model_parameter() const {
  const auto some = std::find_if(models_.begin(), models_.end(), [](const auto& model) { return model.is_default(); });
  return {.name = "model",
          .description = "The model's name, as /models lists it.",
          .schema = R"({"type":"string","pattern":"^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,127}$"})",
          .example = some != models_.end() ? some->name() : "",
          .in_path = true};
}

Parameter Description::version_parameter() const {
  const auto some = std::find_if(models_.begin(), models_.end(),
                                 [](const auto& model) { return model.is_default() && model.is_newest(); });
  return {.name = "version",
          .description = "The version of the model, as /models lists it.",
          .schema = R"({"type":"string","pattern":"^[^\u0000\r\n]+$"})",
          .example = some != models_.end() ? some->version() : "",
          .in_path = true};
}

void add_errors(Operation& operation, const std::string& media_type, const std::string& schema,
                std::initializer_list<int> statuses) {
  for (const int status : statuses) {
    const Content content{.media_type = media_type, .schema = schema};
    const auto told = std::find_if(operation.replies.begin(), operation.replies.end(),
                                   [&](const Reply& reply) { return reply.status == status; });
    if (told != operation.replies.end()) {
      told->contents.push_back(content);
    } else {
      operation.replies.push_back({.status = status,
                                   .description = std::string(codec::status_title(status)),
                                   .contents = {content},
                                   .headers = {}});
    }
  }
}

}  // namespace pelton::api
