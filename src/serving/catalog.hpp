#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "serving/loaded_model.hpp"

namespace pelton::serving {

/// All versions of a model that are loaded, newest last.
struct ModelVersions {
  std::string name;
  std::vector<std::shared_ptr<const LoadedModel>> versions;

  const LoadedModel& newest() const noexcept { return *versions.back(); }
  /// The version of that name, or null.
  const LoadedModel* find(std::string_view version) const noexcept;
};

/// Which models answer at one moment. Immutable: a reload makes another one. Thread-safe.
class Catalog {
 public:
  Catalog() = default;
  /// `models` in the order they were configured; the first is the one that /predict means unless
  /// `default_model` names another.
  Catalog(std::vector<ModelVersions> models, std::string_view default_model);

  const std::vector<ModelVersions>& models() const noexcept { return models_; }
  const ModelVersions* find(std::string_view name) const noexcept;
  /// What a request without a model's name is for; null where nothing is loaded.
  const ModelVersions* default_model() const noexcept;
  /// For did-you-mean.
  const std::vector<std::string>& names() const noexcept { return names_; }
  bool holds(std::uint64_t id) const noexcept;

 private:
  std::vector<ModelVersions> models_;
  std::vector<std::string> names_;
  std::size_t default_ = 0;
};

/// Whether version `a` comes before `b`: numbers by value, a number before any other text, other
/// text by its letters.
bool version_before(std::string_view a, std::string_view b) noexcept;

}  // namespace pelton::serving
