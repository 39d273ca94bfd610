#include "batching/batcher.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace pelton::batching {

namespace {
/// A batch that grew beyond this gives its memory back once answered.
constexpr std::size_t kKeptBytes = 1 << 20;
constexpr std::size_t kKeptSpares = 2;
}  // namespace

/// Rows, their requests in order, and where the results go. As a Job it scores itself in the pool.
struct Batcher::Batch final : Job {
  explicit Batch(Batcher& owner) : batcher(owner), rows(owner.cols_), done(owner) {}

  void run(std::size_t threads) noexcept override;
  void score(std::size_t threads) noexcept;

  struct DoneTask final : core::Task {
    explicit DoneTask(Batcher& owner)
        : Task([](core::Task& task) { static_cast<DoneTask&>(task).batcher.pool_done(); }), batcher(owner) {}
    Batcher& batcher;
  };

  Batcher& batcher;
  math::RowBuffer rows;
  core::AlignedBuffer<double> results;
  Ticket* head = nullptr;
  Ticket* tail = nullptr;
  std::size_t slice_rows = 0;
  core::TimePoint started{};
  core::Duration took{0};
  bool failed = false;
  DoneTask done;
};

void Batcher::Batch::score(std::size_t threads) noexcept {
  const core::Clock& clock = batcher.loop_.clock();
  started = clock.now();
  failed = false;
  try {
    const std::size_t count = rows.rows();
    results.resize_uninitialized(count * batcher.width_);
    const math::Matrix out(results.data(), count, batcher.width_);
    const math::ConstMatrix in = std::as_const(rows).view();
    for (std::size_t first = 0; first < count; first += slice_rows) {
      const std::size_t n = std::min(slice_rows, count - first);
      batcher.scorer_.score(in.slice(first, n), out.slice(first, n), threads);
    }
  } catch (...) {  // only memory can run out here, and then this batch fails alone
    failed = true;
  }
  took = clock.now() - started;
}

void Batcher::Batch::run(std::size_t threads) noexcept {
  score(threads);
  batcher.loop_.post(done);
}

Batcher::Batcher(std::size_t cols, std::size_t width, core::EventLoop& loop, Scorer& scorer, Policy policy,
                 ScoringPool* pool, BatchObserver& observer)
    : cols_(cols),
      width_(width),
      loop_(loop),
      scorer_(scorer),
      policy_(std::move(policy)),
      pool_(pool),
      observer_(observer) {
  open_ = take_batch();
  spare_.push_back(std::make_unique<Batch>(*this));
}

Batcher::~Batcher() { assert(idle() && !flush_pending_); }

math::RowBuffer& Batcher::rows() noexcept { return open_->rows; }

Admission Batcher::submit(Ticket& ticket, std::size_t first) {
  math::RowBuffer& rows = open_->rows;
  assert(first < rows.rows());
  ticket.rows = rows.rows() - first;
  if (!policy_.admits(waiting_rows_, ticket.rows)) {
    rows.truncate(first);
    return Admission::full;
  }
  ticket.next = nullptr;
  (open_->tail != nullptr ? open_->tail->next : open_->head) = &ticket;
  open_->tail = &ticket;
  waiting_rows_ += ticket.rows;
  request_flush();
  return Admission::accepted;
}

void Batcher::request_flush() {
  if (flush_pending_) return;
  flush_pending_ = true;
  loop_.defer(flush_task_);
}

void Batcher::flush_task(core::Task& task) {
  Batcher& self = static_cast<FlushTask&>(task).batcher;
  self.flush_pending_ = false;
  self.flush();
}

void Batcher::flush() {
  if (open_->head == nullptr) return;
  const bool cheap = pool_ == nullptr || policy_.scores_inline(open_->rows.rows());
  if (!cheap && in_pool_) return;  // what is in the pool comes back and asks again
  std::unique_ptr<Batch> batch = std::exchange(open_, take_batch());
  drop_expired(*batch, loop_.clock().now());
  if (batch->head == nullptr) return recycle(std::move(batch));
  batch->slice_rows = policy_.batch_rows();
  if (cheap) {
    score_inline(std::move(batch));
  } else {
    score_in_pool(std::move(batch));
  }
}

std::unique_ptr<Batcher::Batch> Batcher::take_batch() {
  if (spare_.empty()) return std::make_unique<Batch>(*this);
  std::unique_ptr<Batch> batch = std::move(spare_.back());
  spare_.pop_back();
  return batch;
}

void Batcher::drop_expired(Batch& batch, core::TimePoint now) {
  std::size_t read = 0;
  std::size_t write = 0;
  Ticket* kept_head = nullptr;
  Ticket* kept_tail = nullptr;
  for (Ticket* ticket = batch.head; ticket != nullptr;) {
    Ticket* const next = ticket->next;
    const std::size_t count = ticket->rows;
    if (now > ticket->deadline) {
      waiting_rows_ -= count;
      ticket->done(*ticket, {.status = Outcome::Status::expired, .queued = now - ticket->submitted});
    } else {
      batch.rows.move_down(read, write, count);
      write += count;
      ticket->next = nullptr;
      (kept_tail != nullptr ? kept_tail->next : kept_head) = ticket;
      kept_tail = ticket;
    }
    read += count;
    ticket = next;
  }
  batch.head = kept_head;
  batch.tail = kept_tail;
  batch.rows.truncate(write);
}

void Batcher::score_inline(std::unique_ptr<Batch> batch) {
  batch->score(1);
  complete(*batch);
  recycle(std::move(batch));
}

void Batcher::score_in_pool(std::unique_ptr<Batch> batch) {
  in_pool_ = std::move(batch);
  pool_->submit(*in_pool_);
}

void Batcher::pool_done() {
  std::unique_ptr<Batch> batch = std::move(in_pool_);
  complete(*batch);
  recycle(std::move(batch));
  if (open_->head != nullptr) request_flush();
}

void Batcher::complete(Batch& batch) {
  const std::size_t count = batch.rows.rows();
  if (!batch.failed) policy_.cost().observe(count, batch.took);
  const math::ConstMatrix results(batch.results.data(), batch.failed ? 0 : count, width_);
  const core::TimePoint finished = batch.started + batch.took;
  waiting_rows_ -= count;
  observer_.scored(count, batch.took);
  observer_.waiting(waiting_rows_);
  std::size_t first = 0;
  for (Ticket* ticket = batch.head; ticket != nullptr;) {
    Ticket* const next = ticket->next;  // `done` may reuse the ticket
    Outcome outcome{.queued = batch.started - ticket->submitted, .scoring = batch.took, .batch_rows = count};
    if (batch.failed) {
      outcome.status = Outcome::Status::failed;
    } else if (finished > ticket->deadline) {
      outcome.status = Outcome::Status::expired;
    } else {
      outcome.results = results.slice(first, ticket->rows);
      outcome.rows = std::as_const(batch.rows).view().slice(first, ticket->rows);
    }
    first += ticket->rows;
    ticket->done(*ticket, outcome);
    ticket = next;
  }
}

void Batcher::recycle(std::unique_ptr<Batch> batch) {
  batch->head = batch->tail = nullptr;
  batch->rows.clear();
  if (batch->rows.capacity_bytes() > kKeptBytes) batch->rows.release();
  if (batch->results.capacity() * sizeof(double) > kKeptBytes) batch->results.release();
  if (spare_.size() < kKeptSpares) spare_.push_back(std::move(batch));
}

}  // namespace pelton::batching
