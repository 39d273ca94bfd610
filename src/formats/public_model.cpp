#include "core/printable.hpp"
#include "core/text_store.hpp"
#include "formats/load.hpp"
#include "model/model.hpp"
#include "pelton/model.hpp"

/// The public face of a model: include/pelton/model.hpp over the rooms' own types.
namespace pelton {

struct Scratch::Memory {
  model::Workspace workspace;
};

struct Texts::Store {
  core::TextStore texts;
};

struct Model::Loaded {
  std::unique_ptr<const model::Model> model;
  std::vector<Feature> features;
  std::vector<std::string> classes;
  bool takes_texts = false;
};

namespace {

model::Method inner(Method method) {
  switch (method) {
    case Method::predict: return model::Method::predict;
    case Method::predict_proba: return model::Method::predict_proba;
    case Method::decision_function: return model::Method::decision_function;
  }
  return model::Method::predict;
}

std::string text_of(const model::Label& label) {
  if (const auto* number = std::get_if<std::int64_t>(&label)) return std::to_string(*number);
  return std::get<std::string>(label);
}

}  // namespace

Texts::Texts() : store_(std::make_unique<Store>()) {}
Texts::Texts(Texts&&) noexcept = default;
Texts& Texts::operator=(Texts&&) noexcept = default;
Texts::~Texts() = default;
double Texts::put(std::string_view text) { return store_->texts.put(text); }
void Texts::clear() noexcept { store_->texts.clear(); }

Scratch::Scratch() : memory_(std::make_unique<Memory>()) {}
Scratch::Scratch(Scratch&&) noexcept = default;
Scratch& Scratch::operator=(Scratch&&) noexcept = default;
Scratch::~Scratch() = default;

Model::Model(std::unique_ptr<Loaded> loaded) : loaded_(std::move(loaded)) {
  const model::Schema& schema = loaded_->model->schema();
  for (const model::Feature& feature : schema.features) {
    loaded_->features.push_back(
        {feature.name, std::string(to_string(feature.type)), feature.takes_missing, feature.is_text()});
    loaded_->takes_texts = loaded_->takes_texts || feature.is_text();
  }
  for (const model::Label& label : schema.classes) loaded_->classes.push_back(text_of(label));
}

Model::Model(Model&&) noexcept = default;
Model& Model::operator=(Model&&) noexcept = default;
Model::~Model() = default;

Result<Model> Model::load(const std::filesystem::path& file) {
  auto model = formats::load_model(file);
  if (!model) return Result<Model>::failure(model.error().message());
  return Model(std::make_unique<Loaded>(Loaded{std::move(*model), {}, {}, false}));
}

Result<Model> Model::read(std::string_view bytes, std::string_view name) {
  auto model = formats::read_model(bytes, name);
  if (!model) return Result<Model>::failure(model.error().message());
  return Model(std::make_unique<Loaded>(Loaded{std::move(*model), {}, {}, false}));
}

const std::vector<Feature>& Model::features() const noexcept { return loaded_->features; }
const std::vector<std::string>& Model::classes() const noexcept { return loaded_->classes; }

std::size_t Model::width(Method method) const noexcept {
  const auto& spec = loaded_->model->schema().output(inner(method));
  return spec ? spec->width : 0;
}

std::string Model::describe() const {
  const model::Description& description = loaded_->model->description();
  std::string text = core::all_printable(description.kind) + " (" + description.format + "), " +
                     std::to_string(description.parameters) + " parameters\noperations:";
  for (const std::string& operation : description.operations) text += " " + core::all_printable(operation);
  text += "\n";
  for (const std::string& step : description.plan) text += "  " + core::all_printable(step) + "\n";
  return text;
}

bool Model::score(std::span<const double> rows, Method method, std::span<double> out, Scratch& scratch) const {
  return !loaded_->takes_texts && score_rows(rows, method, out, scratch);
}

bool Model::score(std::span<const double> rows, const Texts& /*texts*/, Method method, std::span<double> out,
                  Scratch& scratch) const {
  return score_rows(rows, method, out, scratch);
}

bool Model::score_rows(std::span<const double> rows, Method method, std::span<double> out, Scratch& scratch) const {
  const std::size_t features = loaded_->features.size();
  const std::size_t columns = width(method);
  if (columns == 0 || rows.size() % features != 0 || out.size() != rows.size() / features * columns) return false;
  const std::size_t count = rows.size() / features;
  loaded_->model->score({rows.data(), count, features}, inner(method), {out.data(), count, columns},
                        scratch.memory_->workspace);
  return true;
}

std::vector<double> Model::score(std::span<const double> rows, Method method) const {
  Scratch scratch;
  std::vector<double> out(rows.size() / loaded_->features.size() * width(method));
  if (!score(rows, method, out, scratch)) out.clear();
  return out;
}

}  // namespace pelton
