#pragma once

#include <memory>

#include "batching/batcher.hpp"
#include "metrics/registry.hpp"
#include "serving/inference_statistics.hpp"
#include "serving/loaded_model.hpp"

namespace pelton::serving {

/// One model's one method on one event loop: its batcher, and what is counted of it. Loop thread only.
class Lane {
 public:
  Lane(std::shared_ptr<const LoadedModel> model, model::Method method, core::EventLoop& loop,
       const batching::PolicySettings& policy, batching::JobRunner* pool, metrics::Registry& registry,
       InferenceCounts& counts, std::size_t shard);

  const LoadedModel& model() const noexcept { return *model_; }
  const std::shared_ptr<const LoadedModel>& shared_model() const noexcept { return model_; }
  model::Method method() const noexcept { return method_; }
  const model::OutputSpec& output() const noexcept { return *model_->model->schema().output(method_); }
  batching::Batcher& batcher() noexcept { return batcher_; }

  /// While somebody holds it, it stays though its model is in the catalog no more.
  void hold() noexcept { ++holders_; }
  void release() noexcept { --holders_; }
  bool in_use() const noexcept { return holders_ != 0 || !at_rest(); }
  /// No rows wait in it or are being scored.
  bool at_rest() const noexcept { return batcher_.idle(); }

  metrics::Histogram& request_duration() noexcept { return *request_duration_; }
  metrics::Histogram& queue_duration() noexcept { return *queue_duration_; }

 private:
  class ModelScorer final : public batching::Scorer {
   public:
    ModelScorer(const model::Model& scored, model::Method by) : model_(scored), method_(by) {}
    void score(math::ConstMatrix rows, math::Matrix out, std::size_t threads) override;

   private:
    const model::Model& model_;
    model::Method method_;
  };

  class Counted final : public batching::BatchObserver {
   public:
    void scored(std::size_t rows, core::Duration took) noexcept override {
      score_duration->observe(took);
      batch_rows->observe(rows);
      counts->executed(rows, took);
    }
    void waiting(std::size_t rows) noexcept override { queue_rows->set(static_cast<std::int64_t>(rows)); }
    metrics::Histogram* score_duration = nullptr;
    metrics::Histogram* batch_rows = nullptr;
    metrics::Gauge* queue_rows = nullptr;
    InferenceCounts* counts = nullptr;
  };

  std::shared_ptr<const LoadedModel> model_;
  model::Method method_;
  ModelScorer scorer_;
  Counted counted_;
  metrics::Histogram* request_duration_;
  metrics::Histogram* queue_duration_;
  std::size_t holders_ = 0;
  batching::Batcher batcher_;
};

}  // namespace pelton::serving
