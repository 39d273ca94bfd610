#include "serving/predictor.hpp"

#include <algorithm>

namespace pelton::serving {

Predictor::Predictor(const Repository& repository, core::EventLoop& loop, const batching::PolicySettings& policy,
                     batching::JobRunner* pool, metrics::Registry& registry, InferenceStatistics& statistics,
                     std::size_t shard)
    : repository_(repository),
      loop_(loop),
      policy_(policy),
      pool_(pool),
      registry_(registry),
      statistics_(statistics),
      shard_(shard) {
  generation_ = repository_.generation();
  catalog_ = repository_.snapshot();
}

bool Predictor::idle() const {
  const auto at_rest = [](const std::unique_ptr<Lane>& lane) { return !lane || lane->at_rest(); };
  return std::all_of(retired_.begin(), retired_.end(), at_rest) &&
         std::all_of(lanes_.begin(), lanes_.end(),
                     [&](const auto& entry) { return std::all_of(entry.second.begin(), entry.second.end(), at_rest); });
}

void Predictor::refresh() {
  // The generation first: a catalog published in between is then fetched again, never missed.
  generation_ = repository_.generation();
  catalog_ = repository_.snapshot();
  last_ = nullptr;
  for (auto entry = lanes_.begin(); entry != lanes_.end();) {
    if (catalog_->holds(entry->first)) {
      ++entry;
      continue;
    }
    for (std::unique_ptr<Lane>& lane : entry->second) {
      if (lane) retired_.push_back(std::move(lane));
    }
    entry = lanes_.erase(entry);
  }
}

void Predictor::request_sweep() {
  if (sweep_task_.pending) return;
  sweep_task_.pending = true;
  loop_.defer(sweep_task_);
}

void Predictor::SweepTask::sweep(core::Task& task) {
  // Only here, between rounds, is no lane in the middle of telling its callers their answers.
  auto& self = static_cast<SweepTask&>(task);
  self.pending = false;
  std::erase_if(self.predictor.retired_, [](const std::unique_ptr<Lane>& lane) { return !lane->in_use(); });
}

std::shared_ptr<const LoadedModel> Predictor::shared(const LoadedModel& model) const {
  for (const ModelVersions& versions : catalog_->models()) {
    for (const auto& loaded : versions.versions) {
      if (loaded.get() == &model) return loaded;
    }
  }
  return nullptr;
}

Lane& Predictor::find_lane(const LoadedModel& model, model::Method method) {
  std::unique_ptr<Lane>& lane = lanes_[model.id][static_cast<std::size_t>(method)];
  if (!lane) {
    InferenceCounts& counts = statistics_.cell(model.name, model.version, shard_);
    lane = std::make_unique<Lane>(shared(model), method, loop_, policy_, pool_, registry_, counts, shard_);
  }
  last_ = lane.get();
  return *lane;
}

}  // namespace pelton::serving
