#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "core/result.hpp"
#include "metrics/registry.hpp"
#include "serving/catalog.hpp"
#include "serving/source.hpp"

namespace pelton::serving {

/// Turns a source into a model: reads its file, or fits it. Called on the caller's thread, may take long.
using Loader = std::function<core::Result<std::unique_ptr<const model::Model>>(const ModelSource&)>;

/// Told how much of a source's file has been read, now and then: a share of 1.
using LoadProgress = std::function<void(const ModelSource&, double)>;

/// The loader of the program itself: model files by their content, fitted models from CSV.
Loader default_loader(LoadProgress progress = {});

/// Why a source could not be loaded the last time.
struct LoadFailure {
  std::string name;
  std::string version;
  std::string reason;
};

/// Loads models and says which are current.
///
/// Readers take `snapshot` (or poll `generation`, one relaxed load, and keep a snapshot) and never
/// wait for a load. `replace` loads first and swaps then; a source that fails keeps the version that
/// was serving. Thread-safe; loads are one at a time.
class Repository {
 public:
  Repository(Loader loader, const core::Clock& clock, metrics::Registry& registry);

  /// Loads every source and makes them the catalog; the old one stays where a source fails.
  /// Returns what went wrong, one error a source, each naming the model. Versions of the same name
  /// and version are refused.
  std::vector<core::Error> replace(const std::vector<ModelSource>& sources, std::string_view default_model);

  /// The same for the sources of one model alone, its versions; other models stay as they are.
  std::vector<core::Error> replace_model(std::string_view name, const std::vector<ModelSource>& sources);
  /// Takes a model out of the catalog; false where it is not in it.
  bool remove(std::string_view name);

  /// The sources whose last load failed.
  std::vector<LoadFailure> failures() const;
  std::shared_ptr<const Catalog> snapshot() const;
  /// Changes with every new catalog.
  std::uint64_t generation() const noexcept { return generation_.load(std::memory_order_acquire); }

 private:
  core::Result<std::shared_ptr<const LoadedModel>> load(const ModelSource& source);
  std::vector<ModelVersions> load_all(const std::vector<ModelSource>& sources, const Catalog& before,
                                      std::vector<core::Error>& errors);
  void note(const ModelSource& source, const std::string& failure);
  void swap(const Catalog& before, std::vector<ModelVersions> models);
  void publish(std::shared_ptr<const Catalog> catalog);
  void tell_metrics(const Catalog& before, const Catalog& now);

  Loader loader_;
  const core::Clock& clock_;
  metrics::Registry& registry_;
  std::mutex loading_;  // held while loading; guards these two
  std::vector<std::string> order_;
  std::string default_model_;
  mutable std::mutex mutex_;  // guards catalog_ and failures_; held for a copy
  std::map<std::pair<std::string, std::string>, std::string> failures_;
  std::shared_ptr<const Catalog> catalog_ = std::make_shared<const Catalog>();
  std::atomic<std::uint64_t> generation_{0};
};

}  // namespace pelton::serving
