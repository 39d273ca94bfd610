#include "serving/repository.hpp"

#include <algorithm>
#include <exception>
#include <new>
#include <set>
#include <utility>

namespace pelton::serving {

Repository::Repository(Loader loader, const core::Clock& clock, metrics::Registry& registry)
    : loader_(std::move(loader)), clock_(clock), registry_(registry) {}

core::Result<std::shared_ptr<const LoadedModel>> Repository::load(const ModelSource& source) {
  const core::TimePoint begin = clock_.now();
  try {
    auto model = loader_(source);
    if (!model) return std::move(model).error();
    const std::string from = source.fit ? "fitted from " + source.fit->data.string() : source.path.string();
    return make_loaded(source.name, source.version, from, std::move(*model), clock_.now() - begin, source.slo);
  } catch (const std::bad_alloc&) {
    return core::Error(core::ErrorCode::unavailable, "not enough memory to load the model");
  } catch (const std::exception& failure) {
    return core::Error(core::ErrorCode::internal, std::string("loading failed: ") + failure.what());
  }
}

/// Every source that loads; of those that do not, the version that was serving.
std::vector<ModelVersions> Repository::load_all(const std::vector<ModelSource>& sources, const Catalog& before,
                                                std::vector<core::Error>& errors) {
  std::vector<ModelVersions> models;
  std::set<std::pair<std::string, std::string>> seen;
  for (const ModelSource& source : sources) {
    const std::string told = "model " + source.name + " version " + source.version;
    if (!seen.emplace(source.name, source.version).second) {
      errors.push_back({core::ErrorCode::invalid_argument, told + ": given twice"});
      continue;
    }
    auto loaded = load(source);
    note(source, loaded ? std::string() : loaded.error().message());
    std::shared_ptr<const LoadedModel> ready;
    if (loaded) {
      ready = *std::move(loaded);
    } else {
      errors.push_back(loaded.error().within(told));
      const ModelVersions* old = before.find(source.name);
      if (old != nullptr) {
        for (const auto& version : old->versions) {
          if (version->version == source.version) ready = version;
        }
      }
      if (!ready) continue;
    }
    auto at = std::find_if(models.begin(), models.end(), [&](const auto& m) { return m.name == source.name; });
    if (at == models.end()) at = models.insert(models.end(), ModelVersions{source.name, {}});
    at->versions.push_back(std::move(ready));
  }
  return models;
}

std::vector<core::Error> Repository::replace(const std::vector<ModelSource>& sources, std::string_view default_model) {
  const std::lock_guard one_at_a_time(loading_);
  const std::shared_ptr<const Catalog> before = snapshot();
  std::vector<core::Error> errors;
  order_.clear();
  for (const ModelSource& source : sources) order_.push_back(source.name);
  default_model_ = default_model;
  {
    const std::lock_guard lock(mutex_);
    failures_.clear();
  }
  swap(*before, load_all(sources, *before, errors));
  return errors;
}

std::vector<core::Error> Repository::replace_model(std::string_view name, const std::vector<ModelSource>& sources) {
  const std::lock_guard one_at_a_time(loading_);
  const std::shared_ptr<const Catalog> before = snapshot();
  std::vector<core::Error> errors;
  std::vector<ModelVersions> models = before->models();
  std::erase_if(models, [&](const ModelVersions& model) { return model.name == name; });
  for (ModelVersions& loaded : load_all(sources, *before, errors)) models.push_back(std::move(loaded));
  // A model that comes back stands where it stood: the first is the default.
  const auto place = [&](const ModelVersions& model) { return std::find(order_.begin(), order_.end(), model.name); };
  std::stable_sort(models.begin(), models.end(),
                   [&](const ModelVersions& a, const ModelVersions& b) { return place(a) < place(b); });
  swap(*before, std::move(models));
  return errors;
}

bool Repository::remove(std::string_view name) {
  const std::lock_guard one_at_a_time(loading_);
  const std::shared_ptr<const Catalog> before = snapshot();
  std::vector<ModelVersions> models = before->models();
  if (std::erase_if(models, [&](const ModelVersions& model) { return model.name == name; }) == 0) return false;
  swap(*before, std::move(models));
  return true;
}

void Repository::note(const ModelSource& source, const std::string& failure) {
  const std::lock_guard lock(mutex_);
  if (failure.empty()) {
    failures_.erase({source.name, source.version});
  } else {
    failures_[{source.name, source.version}] = failure;
  }
}

std::vector<LoadFailure> Repository::failures() const {
  const std::lock_guard lock(mutex_);
  std::vector<LoadFailure> all;
  for (const auto& [source, reason] : failures_) all.push_back({source.first, source.second, reason});
  return all;
}

void Repository::swap(const Catalog& before, std::vector<ModelVersions> models) {
  auto now = std::make_shared<const Catalog>(std::move(models), default_model_);
  tell_metrics(before, *now);
  publish(std::move(now));
}

void Repository::tell_metrics(const Catalog& before, const Catalog& now) {
  const auto gauge = [&](const LoadedModel& loaded) -> metrics::Gauge& {
    return registry_.gauge("pelton_model_loaded", "1 while the model version is loaded.",
                           {{"model", loaded.name}, {"version", loaded.version}});
  };
  for (const ModelVersions& model : before.models()) {
    for (const auto& loaded : model.versions) gauge(*loaded).set(0);
  }
  for (const ModelVersions& model : now.models()) {
    for (const auto& loaded : model.versions) {
      gauge(*loaded).set(1);
      const double seconds = std::chrono::duration<double>(loaded->load_time).count();
      registry_.computed("pelton_model_load_seconds", "Time the last load took.", "gauge",
                         {{"model", loaded->name}, {"version", loaded->version}}, [seconds] { return seconds; });
    }
  }
}

std::shared_ptr<const Catalog> Repository::snapshot() const {
  const std::lock_guard lock(mutex_);
  return catalog_;
}

void Repository::publish(std::shared_ptr<const Catalog> catalog) {
  {
    const std::lock_guard lock(mutex_);
    catalog_.swap(catalog);
  }
  generation_.fetch_add(1, std::memory_order_release);
}  // the old catalog, if nobody else holds it, goes here, outside the lock

}  // namespace pelton::serving
