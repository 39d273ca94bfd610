#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "batching/policy.hpp"
#include "batching/scoring_pool.hpp"
#include "batching/ticket.hpp"
#include "core/event_loop.hpp"
#include "math/row_buffer.hpp"

namespace pelton::batching {

enum class Admission {
  accepted,  ///< `done` will be called
  full,      ///< the rows were given back; nothing will be called
};

/// Natural batching for one model and method on one event loop: all rows that arrive in a round are
/// scored in one call at its end. Nobody waits for a timer: a lone request is a batch of one, and
/// batches grow as load grows.
///
///     const std::size_t first = batcher.rows().rows();
///     … parse the body straight into batcher.rows(), or truncate(first) on an error …
///     if (batcher.submit(ticket, first) == Admission::full) … answer 503 …
///
/// A batch that the policy finds cheap is scored on the loop's thread; a dear one goes to the pool,
/// one at a time, and what arrives meanwhile makes the next. Loop thread only. Must be idle when
/// destroyed.
class Batcher {
 public:
  /// Rows have `cols` features and `width` results. Without a pool all is scored inline.
  Batcher(std::size_t cols, std::size_t width, core::EventLoop& loop, Scorer& scorer, Policy policy, ScoringPool* pool,
          BatchObserver& observer);
  ~Batcher();
  Batcher(const Batcher&) = delete;
  Batcher& operator=(const Batcher&) = delete;

  /// Where the next request's rows are written; the same object until `submit` or the end of the round.
  math::RowBuffer& rows() noexcept;
  /// Enters rows() from `first` to its end as one request.
  Admission submit(Ticket& ticket, std::size_t first);

  /// Rows submitted and not yet answered.
  std::size_t waiting_rows() const noexcept { return waiting_rows_; }
  bool idle() const noexcept { return waiting_rows_ == 0; }
  const Policy& policy() const noexcept { return policy_; }

 private:
  struct Batch;

  static void flush_task(core::Task& task);
  void flush();
  std::unique_ptr<Batch> take_batch();
  void drop_expired(Batch& batch, core::TimePoint now);
  void score_inline(std::unique_ptr<Batch> batch);
  void score_in_pool(std::unique_ptr<Batch> batch);
  void pool_done();
  void complete(Batch& batch);
  void recycle(std::unique_ptr<Batch> batch);
  void request_flush();

  struct FlushTask final : core::Task {
    explicit FlushTask(Batcher& owner) : Task(flush_task), batcher(owner) {}
    Batcher& batcher;
  };

  std::size_t cols_;
  std::size_t width_;
  core::EventLoop& loop_;
  Scorer& scorer_;
  Policy policy_;
  ScoringPool* pool_;
  BatchObserver& observer_;
  FlushTask flush_task_{*this};
  bool flush_pending_ = false;
  std::size_t waiting_rows_ = 0;
  std::unique_ptr<Batch> open_;
  std::unique_ptr<Batch> in_pool_;
  std::vector<std::unique_ptr<Batch>> spare_;
};

}  // namespace pelton::batching
