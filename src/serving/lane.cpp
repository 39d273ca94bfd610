#include "serving/lane.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "math/parallel_for.hpp"

namespace pelton::serving {

namespace {

/// Scratch of the thread that scores; kept between batches so that scoring allocates nothing.
model::Workspace& thread_workspace() {
  thread_local model::Workspace workspace;
  return workspace;
}

/// The model's own objective, if it has one; its turns in the pool are as short as the others' objective wants.
batching::PolicySettings own(const batching::PolicySettings& server, const LoadedModel& loaded) {
  batching::PolicySettings settings = server;
  settings.turn_slo = server.slo;
  if (loaded.slo > core::Duration(0)) settings.slo = loaded.slo;
  return settings;
}

std::vector<std::size_t> text_columns(const model::Schema& schema) {
  std::vector<std::size_t> columns;
  for (std::size_t i = 0; i < schema.features.size(); ++i) {
    if (schema.features[i].is_text()) columns.push_back(i);
  }
  return columns;
}

batching::CostModel prior(const LoadedModel& loaded, model::Method method) {
  const MeasuredCost& cost = loaded.cost[static_cast<std::size_t>(method)];
  return {cost.fixed, cost.per_row};
}

}  // namespace

void Lane::ModelScorer::score(math::ConstMatrix rows, math::Matrix out, std::size_t threads) {
  if (threads <= 1) return model_.score(rows, method_, out, thread_workspace());
  const std::size_t block = std::max(batching::kRowsAThread, model_.rows_together(method_));
  math::parallel_for(rows.rows, block, threads, [&](std::size_t first, std::size_t last) {
    model_.score(rows.slice(first, last - first), method_, out.slice(first, last - first), thread_workspace());
  });
}

Lane::Lane(std::shared_ptr<const LoadedModel> model, model::Method method, core::EventLoop& loop,
           const batching::PolicySettings& policy, batching::JobRunner* pool, metrics::Registry& registry,
           InferenceCounts& counts, std::size_t shard)
    : model_(std::move(model)),
      method_(method),
      scorer_(*model_->model, method),
      batcher_(model_->model->schema().features.size(), model_->model->schema().output(method)->width, loop, scorer_,
               batching::Policy(own(policy, *model_), prior(*model_, method)), pool, counted_,
               text_columns(model_->model->schema())) {
  const metrics::Labels labels{{"model", model_->name}, {"version", model_->version}};
  const auto durations = [&](std::string_view name, std::string_view help) {
    return &registry.histogram(name, help, metrics::Buckets::durations(), labels, shard);
  };
  request_duration_ = durations("pelton_request_duration_seconds", "From a request's first byte to its answer.");
  queue_duration_ = durations("pelton_queue_duration_seconds", "From a request's first byte to the start of scoring.");
  counted_.counts = &counts;
  counted_.score_duration = durations("pelton_score_duration_seconds", "Scoring of one batch.");
  counted_.batch_rows =
      &registry.histogram("pelton_batch_rows", "Rows scored in one call.", metrics::Buckets::rows(), labels, shard);
  // Methods have batchers of their own, and a gauge is a level: each needs its own cell to be summed.
  counted_.queue_rows = &registry.gauge("pelton_queue_rows", "Rows waiting to be scored.", labels,
                                        shard * model::kMethodCount + static_cast<std::size_t>(method));
}

}  // namespace pelton::serving
