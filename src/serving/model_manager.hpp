#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "serving/repository.hpp"

namespace pelton::serving {

/// A model version that could be served, and whether it is.
struct ModelState {
  std::string name;
  std::string version;
  bool ready = false;
  std::string reason;  ///< why it is not ready, or what its last load failed for; else empty
};

/// Says which models the Repository is to hold: all of the sources, but for those that were unloaded, until they
/// are loaded again, and of what was added. Every call may take as long as loading takes; they are one at a time.
/// Thread-safe.
class ModelManager {
 public:
  /// What there is to serve, looked up anew each time: thread-safe, and may read folders.
  using Sources = std::function<core::Result<std::vector<ModelSource>>()>;

  ModelManager(Repository& repository, Sources sources, std::string default_model);

  /// Loads everything again. What fails is told, an error a source; the version that was serving stays.
  core::Result<std::vector<core::Error>> load_all();
  /// Loads every version of the model (again). Where one fails, its old version goes on serving, and the error
  /// tells why; not_found where there is no such model.
  core::Result<void> load(std::string_view name);
  /// Takes the model out. Requests in hand are answered. not_found where there is no such model.
  core::Result<void> unload(std::string_view name);
  /// Loads what lies at the path, the versions of one model, under a name that the caller chose, and keeps it as one
  /// more source. False, with nothing done, where a model of that name is loaded; not_found where no model lies there,
  /// unavailable where memory runs out. All or nothing: where one version fails, none stays.
  core::Result<bool> add(std::string_view name, const std::filesystem::path& path);
  /// Takes the model out, and a source that was added is one no longer. not_found where it is not loaded.
  core::Result<void> drop(std::string_view name);
  /// Every version that there is, loaded or not, by name.
  core::Result<std::vector<ModelState>> index();

 private:
  core::Result<std::vector<ModelSource>> gather() const;

  Repository& repository_;
  Sources sources_;
  std::string default_model_;
  std::mutex mutex_;
  std::set<std::string, std::less<>> unloaded_;
  std::map<std::string, std::vector<ModelSource>, std::less<>> added_;  ///< by name, instead of others of that name
};

}  // namespace pelton::serving
