#pragma once

#include <cstddef>

#include "batching/cost_model.hpp"
#include "core/clock.hpp"

namespace pelton::batching {

/// What an operator may say about batching; every value has a safe default.
struct PolicySettings {
  core::Duration slo{std::chrono::milliseconds(20)};            ///< objective for a request's p99
  core::Duration inline_limit{std::chrono::microseconds(250)};  ///< longest an io thread may score
  std::size_t max_batch_rows = 16384;                           ///< scored in one go, at most
  std::size_t max_queue_rows = 65536;                           ///< waiting a model and thread, at most
};

/// The decisions of batching as arithmetic on the learned cost: no clock, no queue, no thread.
class Policy {
 public:
  Policy(PolicySettings settings, CostModel cost) : settings_(settings), cost_(cost) {}

  CostModel& cost() noexcept { return cost_; }
  const CostModel& cost() const noexcept { return cost_; }
  const PolicySettings& settings() const noexcept { return settings_; }

  /// Whether a batch is cheap enough to be scored on the io thread: c(b) ≤ min(limit, SLO/8).
  bool scores_inline(std::size_t rows) const noexcept;
  /// Rows to score in one go so that the batch takes at most half the objective; at least one.
  std::size_t batch_rows() const noexcept;
  /// Whether `rows` more may wait beside `waiting`. An empty queue takes any request: its size was
  /// bounded where it was read.
  bool admits(std::size_t waiting, std::size_t rows) const noexcept;
  /// Whole seconds until `waiting` rows are expected to be scored, for Retry-After; at least one.
  int retry_after_seconds(std::size_t waiting) const noexcept;

 private:
  PolicySettings settings_;
  CostModel cost_;
};

}  // namespace pelton::batching
