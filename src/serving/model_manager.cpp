#include "serving/model_manager.hpp"

#include <algorithm>
#include <map>
#include <system_error>
#include <utility>

namespace pelton::serving {

namespace {

core::Error no_such_model(std::string_view name) {
  return {core::ErrorCode::not_found, "there is no model \"" + std::string(name) + "\" to serve"};
}

core::Error joined(const std::vector<core::Error>& errors) {
  std::string text;
  for (const core::Error& error : errors) text.append(text.empty() ? "" : "; ").append(error.message());
  return {errors.front().code(), text};
}

}  // namespace

ModelManager::ModelManager(Repository& repository, Sources sources, std::string default_model)
    : repository_(repository), sources_(std::move(sources)), default_model_(std::move(default_model)) {}

core::Result<std::vector<ModelSource>> ModelManager::gather() const {
  auto sources = sources_();
  if (!sources) return sources;
  std::erase_if(*sources, [&](const ModelSource& source) { return added_.contains(source.name); });
  for (const auto& [name, versions] : added_) sources->insert(sources->end(), versions.begin(), versions.end());
  return sources;
}

core::Result<std::vector<core::Error>> ModelManager::load_all() {
  const std::lock_guard lock(mutex_);
  auto sources = gather();
  if (!sources) return sources.error();
  std::erase_if(*sources, [&](const ModelSource& source) { return unloaded_.contains(source.name); });
  return repository_.replace(*sources, default_model_);
}

core::Result<void> ModelManager::load(std::string_view name) {
  const std::lock_guard lock(mutex_);
  auto sources = gather();
  if (!sources) return sources.error();
  std::erase_if(*sources, [&](const ModelSource& source) { return source.name != name; });
  if (sources->empty()) return no_such_model(name);
  const std::vector<core::Error> errors = repository_.replace_model(name, *sources);
  if (!errors.empty()) return joined(errors);
  if (const auto at = unloaded_.find(name); at != unloaded_.end()) unloaded_.erase(at);
  return {};
}

core::Result<void> ModelManager::unload(std::string_view name) {
  const std::lock_guard lock(mutex_);
  if (!repository_.remove(name)) {
    if (unloaded_.contains(name)) return {};
    return no_such_model(name);
  }
  unloaded_.emplace(name);
  return {};
}

core::Result<bool> ModelManager::add(std::string_view name, const std::filesystem::path& path) {
  if (!is_model_name(name)) {
    return core::Error(core::ErrorCode::invalid_argument,
                       "\"" + std::string(name) +
                           "\" cannot be a model's name: expected letters, digits, '_', '-' "
                           "and '.', at most 128, not beginning with a dot");
  }
  const std::lock_guard lock(mutex_);
  if (repository_.snapshot()->find(name) != nullptr) return false;
  if (std::error_code ignored; !std::filesystem::exists(path, ignored)) {
    return core::Error(core::ErrorCode::not_found, path.string() + ": there is no such file or folder");
  }
  auto found = scan_artifacts(path);
  if (!found) return found.error();
  for (const ModelSource& source : *found) {
    if (source.name == found->front().name) continue;
    return core::Error(core::ErrorCode::invalid_argument, path.string() + ": holds several models, \"" +
                                                              found->front().name + "\" and \"" + source.name + "\"");
  }
  for (ModelSource& source : *found) source.name = name;
  const std::vector<core::Error> errors = repository_.replace_model(name, *found);
  if (!errors.empty()) {
    repository_.remove(name);
    return joined(errors);
  }
  added_[std::string(name)] = *std::move(found);
  if (const auto at = unloaded_.find(name); at != unloaded_.end()) unloaded_.erase(at);
  return true;
}

core::Result<void> ModelManager::drop(std::string_view name) {
  const std::lock_guard lock(mutex_);
  if (!repository_.remove(name)) return no_such_model(name);
  if (const auto at = added_.find(name); at != added_.end()) added_.erase(at);
  // It stays away if it is a source of its own, too; a name that comes from nowhere else need not be remembered.
  const auto sources = sources_();
  const bool comes_back = !sources || std::any_of(sources->begin(), sources->end(),
                                                  [&](const ModelSource& source) { return source.name == name; });
  if (comes_back) unloaded_.emplace(name);
  return {};
}

core::Result<std::vector<ModelState>> ModelManager::index() {
  const std::lock_guard lock(mutex_);
  const auto sources = gather();
  if (!sources) return sources.error();
  std::map<std::pair<std::string, std::string>, ModelState> states;
  for (const ModelSource& source : *sources) {
    const bool taken_out = unloaded_.contains(source.name);
    states[{source.name, source.version}] = {source.name, source.version, false,
                                             taken_out ? "unloaded" : "not loaded yet"};
  }
  for (const ModelVersions& model : repository_.snapshot()->models()) {
    for (const auto& loaded : model.versions) {
      states[{model.name, loaded->version}] = {model.name, loaded->version, true, {}};
    }
  }
  for (const LoadFailure& failure : repository_.failures()) {
    const auto at = states.find({failure.name, failure.version});
    if (at != states.end() && !unloaded_.contains(failure.name)) at->second.reason = failure.reason;
  }
  std::vector<ModelState> all;
  for (auto& [key, state] : states) all.push_back(std::move(state));
  std::stable_sort(all.begin(), all.end(), [](const ModelState& a, const ModelState& b) {
    return a.name != b.name ? a.name < b.name : version_before(a.version, b.version);
  });
  return all;
}

}  // namespace pelton::serving
