#pragma once

#include <array>
#include <memory>
#include <unordered_map>
#include <vector>

#include "serving/lane.hpp"
#include "serving/repository.hpp"

namespace pelton::serving {

/// One event loop's way to the models: the current catalog, and a lane for each model and method
/// that was asked for. Loop thread only.
class Predictor {
 public:
  Predictor(const Repository& repository, core::EventLoop& loop, const batching::PolicySettings& policy,
            batching::JobRunner* pool, metrics::Registry& registry, InferenceStatistics& statistics, std::size_t shard);

  /// Whether no rows wait in any lane, or are being scored.
  bool idle() const;

  /// What is loaded now. One relaxed load unless something was reloaded; valid until the next call.
  const Catalog& catalog() {
    if (repository_.generation() != generation_) refresh();
    if (!retired_.empty()) request_sweep();
    return *catalog_;
  }

  /// The lane of a model of the catalog; the model must offer the method. Stays valid while the
  /// model is in the catalog, and longer while requests wait in it.
  Lane& lane(const LoadedModel& model, model::Method method) {
    if (last_ != nullptr && &last_->model() == &model && last_->method() == method) return *last_;
    return find_lane(model, method);
  }

 private:
  using Lanes = std::array<std::unique_ptr<Lane>, model::kMethodCount>;

  struct SweepTask final : core::Task {
    explicit SweepTask(Predictor& owner) : Task(sweep), predictor(owner) {}
    static void sweep(core::Task& task);
    Predictor& predictor;
    bool pending = false;
  };

  void refresh();
  void request_sweep();
  Lane& find_lane(const LoadedModel& model, model::Method method);
  std::shared_ptr<const LoadedModel> shared(const LoadedModel& model) const;

  const Repository& repository_;
  core::EventLoop& loop_;
  batching::PolicySettings policy_;
  batching::JobRunner* pool_;
  metrics::Registry& registry_;
  InferenceStatistics& statistics_;
  std::size_t shard_;
  std::uint64_t generation_;
  std::shared_ptr<const Catalog> catalog_;
  std::unordered_map<std::uint64_t, Lanes> lanes_;  // by LoadedModel::id
  std::vector<std::unique_ptr<Lane>> retired_;      // not in the catalog any more, not yet idle
  SweepTask sweep_task_{*this};
  Lane* last_ = nullptr;
};

}  // namespace pelton::serving
