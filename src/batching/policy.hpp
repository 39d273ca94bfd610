#pragma once

#include <cstddef>

#include "batching/cost_model.hpp"
#include "core/backlog.hpp"
#include "core/clock.hpp"

namespace pelton::batching {

/// What an operator may say about batching; every value has a safe default.
struct PolicySettings {
  core::Duration slo{std::chrono::milliseconds(20)};            ///< objective for a request's p99
  core::Duration turn_slo{core::Duration::max()};               ///< of the others: bounds how long a turn may take
  core::Duration inline_limit{std::chrono::microseconds(250)};  ///< longest an io thread may score
  std::size_t max_batch_rows = 16384;                           ///< scored in one go, at most
  std::size_t max_queue_rows = 65536;                           ///< waiting a model and thread, at most
};

/// Rows a thread takes at least when a dear batch is shared out: enough to fill a kernel's blocks.
inline constexpr std::size_t kRowsAThread = 32;

/// The decisions of batching as arithmetic on the learned cost: no clock, no queue, no thread.
class Policy {
 public:
  Policy(PolicySettings settings, CostModel cost) : settings_(settings), cost_(cost) {}

  CostModel& cost() noexcept { return cost_; }
  const CostModel& cost() const noexcept { return cost_; }
  const PolicySettings& settings() const noexcept { return settings_; }

  /// Whether a batch is cheap enough to be scored on the io thread: c(b) ≤ min(limit, SLO/8).
  bool scores_inline(std::size_t rows) const noexcept;
  /// Whether several threads would score it sooner: a fork and join costs 7–85 µs.
  bool pays_for_threads(std::size_t rows) const noexcept;
  /// Rows to score in one go; at least one. A request waits for the turn that is running, for the one that is
  /// ready, then for its own: so each, with the wait for others' turns, is to take at most three tenths of
  /// the objective. Where the others take longer than that, a tenth of the objective is left to work with.
  std::size_t batch_rows(core::Duration turn_wait = core::Duration(0)) const noexcept;
  /// Of `waiting` rows, how many to score before the first of them are answered, where each batch costs `handing_over`
  /// beside: k batches of n/k rows are over after (k + 1)/2 of them on average, which is least for √(n·α/β) rows. Twice
  /// that is taken, for who comes later; so a model that is hardly dearer for many rows than for one scores all at
  /// once, and one whose rows have nothing in common almost one by one.
  std::size_t together(std::size_t waiting, core::Duration handing_over) const noexcept;
  /// What requests are to be answered within: the SLO, or what the model needs at the least (four times
  /// what a row alone costs) where no queue could meet the SLO.
  core::Duration objective() const noexcept;
  /// How long a request may have waited and still be answered in time in the next batch of `rows`, which
  /// begins after `ahead`.
  core::Duration patience(std::size_t rows, core::Duration ahead) const noexcept;
  /// Whether `rows` more may wait beside `waiting`. An empty queue takes any request: its size was
  /// bounded where it was read.
  bool admits(std::size_t waiting, std::size_t rows) const noexcept;
  /// Whether it is too late for a request that lay unread, because the loop reads more than it can: once it has been
  /// behind for as long as a queue has to stand for overload, for whoever has lost half the objective to it. What
  /// cannot even be read in time has no queue that could be limited.
  bool too_late(const core::Backlog& backlog) const noexcept;
  /// How long one that is turned away is to be left unheard, if it asks again at once: a quarter of the objective,
  /// 2 to 25 ms. Others may share its connection.
  core::Duration respite() const noexcept;
  /// How long requests may gather unread while a turn runs and more wait than can be scored: a sixteenth of the
  /// shortest objective, 0.6 ms at most. Read ten at a time they take the processor less often from scoring, and find
  /// the caches warm: on one processor a refusal costs 9 µs instead of 14.
  core::Duration gathering() const noexcept;
  /// Whole seconds until `waiting` rows are expected to be scored, for Retry-After; at least one.
  int retry_after_seconds(std::size_t waiting) const noexcept;

 private:
  core::Duration turn_objective() const noexcept;

  PolicySettings settings_;
  CostModel cost_;
};

}  // namespace pelton::batching
