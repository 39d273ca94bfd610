#pragma once

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/described/described_model.hpp"
#include "api/described/operation.hpp"

namespace pelton::api {

/// All that can be asked of the server while the same models are loaded. Each dialect adds what it answers
/// (Routes::described_by), so that nothing here knows a dialect:
///
///     void MyDialect::describe(Description& to) const {
///       to.tag("mine", "What it is for.");
///       const std::string error = to.component("MyError", R"({"type":"object",…})");
///       to.each_model("/mine/{model}:predict", "/mine/{model}/versions/{version}:predict",
///                     [&](const DescribedModel& model, Operation operation) {
///         operation.tag = "mine";
///         operation.bodies = {{.schema = …, .example = "{\"instances\":" + model.rows_json() + "}"}};
///         operation.replies = {{.status = 200, .description = "The predictions.", .contents = {…}}};
///         add_errors(operation, "application/json", error, {400, 404, 413});
///         to.add(std::move(operation));
///       });
///       to.add({.path = "/mine/{model}:predict", .id = "mine_predict", .parameters = {to.model_parameter()}, …});
///     }
///
/// A test holds every route against it: each is to be described by its own pattern.
class Description {
 public:
  explicit Description(std::vector<DescribedModel> models) : models_(std::move(models)) {}

  const std::vector<DescribedModel>& models() const noexcept { return models_; }
  const std::vector<Operation>& operations() const noexcept { return operations_; }
  const std::vector<std::pair<std::string, std::string>>& tags() const noexcept { return tags_; }
  const std::vector<std::pair<std::string, std::string>>& components() const noexcept { return components_; }

  /// The first one of a verb and path stays, as a route that was claimed does.
  void add(Operation operation);
  void tag(std::string name, std::string text) { tags_.emplace_back(std::move(name), std::move(text)); }
  /// Keeps a schema under a name; gives `{"$ref":…}` to it. The first one of a name stays.
  std::string component(std::string name, std::string schema);
  /// `{"$ref":…}` to a row of the model (a list of values or an object), the same for every dialect.
  std::string row(const DescribedModel& model);

  /// Calls `visit(model, operation)` for each path that means one model: `pattern` with the names of the newest
  /// versions in it and, where a model has several, `versioned` with every name and version. The operation has its
  /// path and an id of its own, made of `id`.
  void each_model(std::string_view pattern, std::string_view versioned, std::string_view id,
                  const std::function<void(const DescribedModel&, Operation)>& visit) const;

  /// The model whose rows show how routes that take any model are asked: the default one, as `model_parameter` and
  /// `version_parameter` have it; null where there is none, or none of its rows is known.
  const DescribedModel* shown() const noexcept;

  /// The path parameters `model` and `version`, with what is loaded as examples.
  Parameter model_parameter() const;
  Parameter version_parameter() const;

 private:
  std::vector<DescribedModel> models_;
  std::vector<Operation> operations_;
  std::vector<std::pair<std::string, std::string>> tags_;
  std::vector<std::pair<std::string, std::string>> components_;
};

/// `#/components/schemas/NAME`.
std::string component_path(std::string_view name);

/// Adds an answer for each status, described by its reason phrase, with one schema for all of them; where a status
/// is told already, it has one more form.
void add_errors(Operation& operation, const std::string& media_type, const std::string& schema,
                std::initializer_list<int> statuses);

}  // namespace pelton::api
