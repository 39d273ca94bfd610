#include "serving/catalog.hpp"

#include <algorithm>

#include "serving/source.hpp"

namespace pelton::serving {

namespace {

std::string_view without_leading_zeros(std::string_view digits) noexcept {
  const std::size_t first = digits.find_first_not_of('0');
  return first == std::string_view::npos ? digits.substr(digits.size() - 1) : digits.substr(first);
}

}  // namespace

bool version_before(std::string_view a, std::string_view b) noexcept {
  const bool a_number = is_version_number(a);
  const bool b_number = is_version_number(b);
  if (a_number != b_number) return a_number;
  if (!a_number) return a < b;
  const std::string_view x = without_leading_zeros(a);
  const std::string_view y = without_leading_zeros(b);
  return x.size() != y.size() ? x.size() < y.size() : x < y;
}

const LoadedModel* ModelVersions::find(std::string_view version) const noexcept {
  for (const auto& loaded : versions) {
    if (loaded->version == version) return loaded.get();
  }
  return nullptr;
}

Catalog::Catalog(std::vector<ModelVersions> models, std::string_view default_model) : models_(std::move(models)) {
  for (ModelVersions& model : models_) {
    std::sort(model.versions.begin(), model.versions.end(),
              [](const auto& a, const auto& b) { return version_before(a->version, b->version); });
    if (model.name == default_model) default_ = names_.size();
    names_.push_back(model.name);
  }
}

const ModelVersions* Catalog::find(std::string_view name) const noexcept {
  for (const ModelVersions& model : models_) {
    if (model.name == name) return &model;
  }
  return nullptr;
}

const ModelVersions* Catalog::default_model() const noexcept { return models_.empty() ? nullptr : &models_[default_]; }

bool Catalog::holds(std::uint64_t id) const noexcept {
  for (const ModelVersions& model : models_) {
    for (const auto& loaded : model.versions) {
      if (loaded->id == id) return true;
    }
  }
  return false;
}

}  // namespace pelton::serving
