#include "batching/batcher.hpp"

#include <algorithm>
#include <cassert>
#include <new>
#include <utility>

namespace pelton::batching {

namespace {
constexpr std::size_t kKeptSpares = 2;
/// Others of the lane have this many times what a big request has, while both want turns.
constexpr int kOthersShare = 4;
/// What a batch of the loop's costs beside scoring: another round of tasks.
constexpr core::Duration kInlineRound{std::chrono::microseconds(2)};

Priority urgency(const Batch& batch) noexcept {
  if (batch.head->caller() != Caller::there) return kHungUpPriority;
  return batch.head->priority == 0 ? kMiddlePriority : batch.head->priority;
}
}  // namespace

struct Batcher::FlushTask final : core::Task {
  explicit FlushTask(Batcher& owner) : Task(run_flush), batcher(owner) {}
  static void run_flush(core::Task& task) {
    Batcher& self = static_cast<FlushTask&>(task).batcher;
    self.flush_pending_ = false;
    self.flush();
  }
  Batcher& batcher;
};

/// The lane's turn in the pool: a batch that is out, or none.
struct Batcher::Turn final : Job {
  explicit Turn(Batcher& owner) : Job(owner.flow_), batcher(owner), done(*this) {}

  void run(std::size_t threads) noexcept override {
    batch->score(batcher.scorer_, batcher.width_, rows, threads, batcher.loop_.clock());
    batcher.loop_.post(done);
  }

  struct DoneTask final : core::Task {
    explicit DoneTask(Turn& whole) : Task(run_done), turn(whole) {}
    static void run_done(core::Task& task) {
      Turn& over = static_cast<DoneTask&>(task).turn;
      over.batcher.turn_done(over);
    }
    Turn& turn;
  };

  Batcher& batcher;
  std::unique_ptr<Batch> batch;
  std::size_t rows = 0;
  core::TimePoint asked{};
  DoneTask done;
};

Batcher::Batcher(std::size_t cols, std::size_t width, core::EventLoop& loop, Scorer& scorer, Policy policy,
                 JobRunner* pool, BatchObserver& observer, std::vector<std::size_t> text_columns)
    : cols_(cols),
      width_(width),
      text_columns_(std::move(text_columns)),
      loop_(loop),
      scorer_(scorer),
      policy_(std::move(policy)),
      pool_(pool),
      observer_(observer),
      flush_task_(std::make_unique<FlushTask>(*this)),
      turns_{std::make_unique<Turn>(*this), std::make_unique<Turn>(*this)} {
  open_ = take_batch();
  spare_.push_back(std::make_unique<Batch>(cols_));
}

Batcher::~Batcher() { assert(idle()); }

bool Batcher::admits(const Ticket& ticket, bool big) const noexcept {
  if (ticket.begun) return true;  // each has little in the queue at a time
  // A big request takes what the others leave: while overloaded they leave nothing.
  if (big) return !overload_.active() && policy_.admits(big_rows_, ticket.rows);
  if (!policy_.admits(waiting_rows_, ticket.rows)) return false;
  if (!overload_.active()) return true;
  const std::size_t before = list_.rows_up_to(ticket.priority);
  return before == 0 || (before <= overload_.limit() && ticket.rows <= overload_.limit() - before);
}

void Batcher::refused() noexcept {
  overload_.refused(loop_.clock().now());
  let_gather();
}

/// While overloaded the processor is for the turn that is out; whoever comes meanwhile has to wait for it.
void Batcher::let_gather() const noexcept {
  if (overload_.active() && turn_out(false)) loop_.let_gather(policy_.gathering());
}

Admission Batcher::submit(Ticket& ticket, std::size_t first) {
  assert(first < open_->rows.rows());
  request_flush();
  ticket.rows = open_->rows.rows() - first;
  ticket.first = first;
  ticket.entered = round_;
  const bool fits = ticket.rows <= 1 || ticket.rows <= policy_.batch_rows(turn_wait_);
  const bool big = !fits || (ticket.begun && overload_.active());
  if (!admits(ticket, big)) {
    overload_.refused(round_);
    open_->rows.truncate(first);
    return Admission::full;
  }
  if (!big) {
    list_.push(ticket);
    waiting_rows_ += ticket.rows;
  } else if (!set_apart(ticket)) {
    open_->rows.truncate(first);
    return Admission::full;
  }
  earliest_deadline_ = std::min(earliest_deadline_, ticket.deadline);
  return Admission::accepted;
}

/// Gives a big request the open buffer with all that lies in it, and the others' rows another. False where
/// memory runs out over that.
bool Batcher::set_apart(Ticket& ticket) {
  try {
    std::unique_ptr<Batch> others = take_batch();
    pack_into(others->rows);
    big_.reserve(big_.size() + 2);  // the line, and the one whose turn it is
    std::swap(open_, others);
    enter_apart(ticket, std::move(others));
    return true;
  } catch (const std::bad_alloc&) {
    return false;
  }
}

/// Puts a request in line for slices, whose rows are `own`'s from ticket.first on. There is room in the line.
void Batcher::enter_apart(Ticket& ticket, std::unique_ptr<Batch> own) {
  own->head = &ticket;
  own->first = ticket.first;
  own->count = ticket.rows;
  own->big = true;
  ticket.next = nullptr;
  big_rows_ += ticket.rows;
  enter_big(std::move(own), false);
}

void Batcher::enter_big(std::unique_ptr<Batch> batch, bool before_equals) {
  const Priority mine = urgency(*batch);
  const auto at = std::find_if(big_.begin(), big_.end(), [&](const auto& other) {
    return before_equals ? urgency(*other) >= mine : urgency(*other) > mine;
  });
  big_.insert(at, std::move(batch));
}

void Batcher::request_flush() {
  if (flush_pending_) return;
  flush_pending_ = true;
  round_ = loop_.clock().now();
  overload_.look(round_);
  loop_.defer(*flush_task_);
}

void Batcher::flush() {
  const core::TimePoint now = loop_.clock().now();
  shed(now);
  if (!list_.empty() && scores_inline()) score_inline(now);
  next_turn(now);
  let_gather();
  if (pool_ == nullptr && waiting_rows() != 0) request_flush();
}

/// Whether what waits is for this thread to score. While overloaded it has enough to do with reading and refusing,
/// and rows scored a few at a time cost the most. Beside a turn it would only take the processor from those who came
/// before, if there is none to spare.
bool Batcher::scores_inline() const noexcept {
  if (pool_ == nullptr) return true;
  return !overload_.active() && policy_.scores_inline(list_.rows()) && (!turn_out(false) || pool_->has_idle());
}

bool Batcher::turn_out(bool big) const noexcept {
  return std::any_of(turns_.begin(), turns_.end(),
                     [&](const auto& turn) { return turn->batch != nullptr && turn->batch->big == big; });
}

/// Rows that the next batch is to have of those that wait.
std::size_t Batcher::next_rows(core::Duration handing_over) const noexcept {
  const std::size_t most = policy_.batch_rows(turn_wait_);
  return overload_.active() ? most : std::min(most, policy_.together(list_.rows(), handing_over));
}

void Batcher::score_inline(core::TimePoint now) {
  std::unique_ptr<Batch> batch = take(next_rows(kInlineRound), now);
  if (!batch) return;
  batch->score(scorer_, width_, batch->count, 1, loop_.clock());
  account(*batch, batch->count);
  complete(*batch);
  recycle(std::move(batch));
  if (!list_.empty()) request_flush();
}

/// Asks for the turns in the pool that are wanted.
void Batcher::next_turn(core::TimePoint now) {
  for (const std::unique_ptr<Turn>& turn : turns_) {
    if (turn->batch) continue;
    std::unique_ptr<Batch> batch = next_for_turn(now);
    if (!batch) return;
    turn->rows = batch->big ? std::min(batch->left(), policy_.batch_rows(turn_wait_)) : batch->count;
    turn->asked = now;
    turn->cost = policy_.cost().predict(turn->rows);
    turn->correction = std::exchange(uncharged_, core::Duration(0));
    turn->shares = policy_.pays_for_threads(turn->rows);
    turn->batch = std::move(batch);
    if (pool_ != nullptr) {
      pool_->submit(*turn);
    } else {
      turn->batch->score(scorer_, width_, turn->rows, 1, loop_.clock());
      return turn_done(*turn);
    }
  }
}

std::unique_ptr<Batch> Batcher::next_for_turn(core::TimePoint now) {
  const bool slice_due = !big_.empty() && !turn_out(true) && since_slice_ >= kOthersShare * last_slice_;
  if (slice_due) {
    if (auto batch = next_slice(now)) return batch;
  }
  if (!list_.empty() && !scores_inline()) {
    const bool wanted = !turn_out(false) || pool_->has_idle() || list_.rows() >= policy_.batch_rows(turn_wait_);
    if (wanted) {
      if (auto batch = take_for_turn(now)) return batch;
    }
  }
  if (turn_out(true) || !list_.empty()) return nullptr;
  return next_slice(now);
}

/// What the turns that are out are expected to take yet.
core::Duration Batcher::ahead(core::TimePoint now) const noexcept {
  core::Duration expected(0);
  core::TimePoint since = now;
  for (const std::unique_ptr<Turn>& turn : turns_) {
    if (!turn->batch) continue;
    expected += turn->cost;
    since = std::min(since, std::max(turn->asked, last_finished_));
  }
  return std::max(core::Duration(0), expected - (now - since));
}

void Batcher::turn_done(Turn& turn) {
  const core::TimePoint now = loop_.clock().now();
  std::unique_ptr<Batch> batch = std::move(turn.batch);
  account(*batch, turn.rows);
  uncharged_ += batch->slice_took - turn.cost;
  // Only what others' turns took: a processor that is slow to wake does not get faster by shorter turns.
  const core::TimePoint since = std::max(turn.asked, last_finished_);
  const core::Duration waited =
      turn.queued ? std::max(core::Duration(0), batch->slice_began - since) : core::Duration(0);
  turn_wait_ += (waited - turn_wait_) / 8;
  last_finished_ = batch->slice_began + batch->slice_took;
  if (batch->big) {
    since_slice_ = core::Duration(0);
    last_slice_ = batch->slice_took;
    const bool goes_on = batch->left() != 0 && !batch->failed && now <= batch->head->deadline;
    if (goes_on && batch->head->caller() != Caller::gone) enter_big(std::move(batch), true);
  } else if (big_rows_ != 0) {
    since_slice_ += batch->slice_took;
  }
  if (pool_ != nullptr) {
    // The next turn begins while this thread answers the last one's callers.
    shed(now);
    next_turn(now);
  }
  if (batch) {
    complete(*batch);
    recycle(std::move(batch));
  }
  if (!list_.empty() || !big_.empty()) request_flush();
}

void Batcher::account(const Batch& batch, std::size_t rows) {
  if (!batch.failed) policy_.cost().observe(rows, batch.slice_took);
  observer_.scored(rows, batch.slice_took);
}

void Batcher::complete(Batch& batch) {
  const bool whole = !batch.failed && batch.left() == 0;
  const math::ConstMatrix results(batch.results.data(), whole ? batch.count : 0, width_);
  const core::TimePoint finished = batch.slice_began + batch.slice_took;
  (batch.big ? big_rows_ : waiting_rows_) -= batch.count;
  observer_.waiting(waiting_rows());
  for (Ticket* ticket = batch.head; ticket != nullptr;) {
    Ticket* const next = ticket->next;  // `done` may reuse the ticket
    Outcome outcome{.queued = batch.started - ticket->submitted, .scoring = batch.took, .batch_rows = batch.count};
    if (batch.failed) {
      outcome.status = Outcome::Status::failed;
    } else if (!whole && ticket->caller() == Caller::gone) {
      outcome.status = Outcome::Status::gone;
    } else if (!whole || finished > ticket->deadline) {
      outcome.status = Outcome::Status::expired;
    } else {
      outcome.results = results.slice(ticket->first - batch.first, ticket->rows);
      outcome.rows = std::as_const(batch.rows).view().slice(ticket->first, ticket->rows);
    }
    if (overload_.active() && !batch.big) overload_.answered(finished - ticket->entered);
    ticket->done(*ticket, outcome);
    ticket = next;
  }
}

std::unique_ptr<Batch> Batcher::take_batch() {
  if (spare_.empty()) return std::make_unique<Batch>(cols_);
  std::unique_ptr<Batch> batch = std::move(spare_.back());
  spare_.pop_back();
  return batch;
}

void Batcher::recycle(std::unique_ptr<Batch> batch) {
  batch->clear();
  if (spare_.size() < kKeptSpares) spare_.push_back(std::move(batch));
}

}  // namespace pelton::batching
