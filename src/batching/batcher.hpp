#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <vector>

#include "batching/batch.hpp"
#include "batching/job.hpp"
#include "batching/overload.hpp"
#include "batching/policy.hpp"
#include "batching/ticket.hpp"
#include "batching/waiting_list.hpp"
#include "core/event_loop.hpp"

namespace pelton::batching {

enum class Admission {
  accepted,  ///< `done` will be called
  full,      ///< the rows were given back; nothing will be called
};

/// Natural batching for one model and method on one event loop: all rows that arrive in a round are
/// scored in one call at its end. Nobody waits for a timer: a lone request is a batch of one, and
/// batches grow as load grows, up to what the objective allows.
///
///     if (batcher.refuses()) … batcher.refused(), answer 503, before the body is parsed …
///     const std::size_t first = batcher.rows().rows();
///     … parse the body straight into batcher.rows(), or truncate(first) on an error …
///     if (batcher.submit(ticket, first) == Admission::full) … answer 503 …
///
/// A batch that the policy finds cheap is scored on the loop's thread; a dear one takes a turn in the pool, and
/// what arrives meanwhile makes the next. While one turn is out another is asked for only if there is a
/// full one, so that the pool does not wait for the loop. Where all that waits fits the turn, it goes
/// as it lies in memory; else the most urgent goes first and the oldest among equals (while overloaded,
/// or once that one is late: the newest), and is copied out; who has hung up comes after everybody else, and of who has
/// gone nothing is scored. A request too big for a turn is scored in slices, in turns of their own: it has those that
/// nobody else of the lane wants, and a fifth of the time otherwise; so has, while overloaded, whatever goes on with an
/// answer that has begun. Loop thread only. Must be idle when destroyed.
class Batcher {
 public:
  /// Rows have `cols` features, of which `text_columns` are texts, and `width` results. Without a pool all is
  /// scored inline.
  Batcher(std::size_t cols, std::size_t width, core::EventLoop& loop, Scorer& scorer, Policy policy, JobRunner* pool,
          BatchObserver& observer, std::vector<std::size_t> text_columns = {});
  ~Batcher();
  Batcher(const Batcher&) = delete;
  Batcher& operator=(const Batcher&) = delete;

  /// Whether a request of that priority is turned away whatever its rows: asked first, it saves reading them.
  bool refuses(Priority priority = 0, const core::Backlog& backlog = {}) const noexcept {
    return waiting_rows_ >= policy_.settings().max_queue_rows ||
           (overload_.active() && list_.rows_up_to(priority) >= overload_.limit()) || policy_.too_late(backlog);
  }
  /// A request was turned away unread.
  void refused() noexcept;
  /// Where the next request's rows are written; the same object until `submit` or the end of the round.
  math::RowBuffer& rows() noexcept { return open_->rows; }
  /// Enters rows() from `first` to its end as one request.
  Admission submit(Ticket& ticket, std::size_t first);

  /// Rows submitted and not yet answered.
  std::size_t waiting_rows() const noexcept { return waiting_rows_ + big_rows_; }
  bool idle() const noexcept { return waiting_rows() == 0 && !flush_pending_; }
  bool overloaded() const noexcept { return overload_.active(); }
  const Policy& policy() const noexcept { return policy_; }
  /// For Retry-After of one that is turned away.
  int retry_after_seconds() const noexcept { return policy_.retry_after_seconds(waiting_rows()); }

 private:
  struct FlushTask;
  struct Turn;

  bool admits(const Ticket& ticket, bool big) const noexcept;
  bool set_apart(Ticket& ticket);
  Ticket* set_apart_all(Ticket* head);
  void enter_apart(Ticket& ticket, std::unique_ptr<Batch> own);
  void enter_big(std::unique_ptr<Batch> batch, bool before_equals);
  void request_flush();
  void flush();

  std::unique_ptr<Batch> take(std::size_t most, core::TimePoint now);
  std::unique_ptr<Batch> gather(std::size_t most, bool newest_first);
  bool newest_first(core::TimePoint now) const noexcept;
  void tidy();
  bool set_aside(Ticket& ticket, Ticket*& gone);
  std::unique_ptr<Batch> take_for_turn(core::TimePoint now);
  void dismiss_gone(core::TimePoint now);
  std::unique_ptr<Batch> next_slice(core::TimePoint now);
  void pack_into(math::RowBuffer& to);
  void shed(core::TimePoint now);

  bool scores_inline() const noexcept;
  bool turn_out(bool big) const noexcept;
  void let_gather() const noexcept;
  std::size_t next_rows(core::Duration handing_over) const noexcept;
  void score_inline(core::TimePoint now);
  void next_turn(core::TimePoint now);
  std::unique_ptr<Batch> next_for_turn(core::TimePoint now);
  void turn_done(Turn& turn);
  core::Duration ahead(core::TimePoint now) const noexcept;
  void account(const Batch& batch, std::size_t rows);
  void complete(Batch& batch);
  void answer_without_result(Ticket* head, Outcome::Status status, core::TimePoint now);

  std::unique_ptr<Batch> take_batch();
  void recycle(std::unique_ptr<Batch> batch);

  std::size_t cols_;
  std::size_t width_;
  std::vector<std::size_t> text_columns_;
  core::EventLoop& loop_;
  Scorer& scorer_;
  Policy policy_;
  JobRunner* pool_;
  BatchObserver& observer_;
  std::unique_ptr<FlushTask> flush_task_;
  Flow flow_;
  std::array<std::unique_ptr<Turn>, 2> turns_;

  bool flush_pending_ = false;
  core::TimePoint round_{};                                     ///< when the first of this round was submitted
  WaitingList list_;                                            ///< whose rows stand in open_
  core::TimePoint earliest_deadline_ = core::TimePoint::max();  ///< none that waits has an earlier one
  std::size_t waiting_rows_ = 0;                                ///< not answered, big requests apart
  Overload overload_;
  core::Duration turn_wait_{0};      ///< of late, for others' turns in the pool
  core::Duration uncharged_{0};      ///< what turns took beyond what was expected
  core::TimePoint last_finished_{};  ///< when a turn was over

  std::vector<std::unique_ptr<Batch>> big_;  ///< in line for slices
  std::size_t big_rows_ = 0;                 ///< not answered
  core::Duration since_slice_{0};            ///< others' turns since the last slice, while one was wanted
  core::Duration last_slice_{0};

  std::unique_ptr<Batch> open_;
  std::vector<std::unique_ptr<Batch>> spare_;
};

}  // namespace pelton::batching
