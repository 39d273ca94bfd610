// How a Batcher chooses among those that wait: who rides next, and who has waited in vain.
#include <algorithm>
#include <new>
#include <utility>

#include "batching/batcher.hpp"

namespace pelton::batching {

namespace {
constexpr std::size_t kGapsKept = 64;  ///< fewer between the rows that wait are not worth moving these
/// What a turn costs beside scoring: two threads are woken.
constexpr core::Duration kPoolTurn{std::chrono::microseconds(20)};
}  // namespace

/// Up to `most` rows of those that wait, at least one request; null where memory ran out over them, or nobody
/// is there any more.
std::unique_ptr<Batch> Batcher::take(std::size_t most, core::TimePoint now) {
  std::unique_ptr<Batch> batch;
  if (list_.rows() <= most && list_.rows() == open_->rows.rows()) {
    batch = std::exchange(open_, take_batch());
    batch->count = list_.rows();
    batch->head = list_.take_all();
  } else {
    batch = gather(most, newest_first(now));
  }
  if (list_.empty() && !overload_.active()) {
    overload_.cleared();
  } else {
    overload_.taken(now, {.oldest_wait = list_.empty() ? core::Duration(0) : now - list_.oldest(),
                          .objective = policy_.objective(),
                          .batch_rows = policy_.batch_rows(turn_wait_),
                          .least_rows = policy_.batch_rows(core::Duration::max())});
  }
  return batch;
}

/// Not only while overloaded: once the oldest is late whatever happens, whoever came after it need not be late, too.
bool Batcher::newest_first(core::TimePoint now) const noexcept {
  return overload_.active() || (!list_.empty() && now - list_.oldest() > policy_.objective());
}

/// The same where not all fit, or the rows do not lie side by side: copies them out.
std::unique_ptr<Batch> Batcher::gather(std::size_t most, bool newest_first) {
  std::unique_ptr<Batch> batch = take_batch();
  Ticket** tail = &batch->head;
  Ticket* gone = nullptr;
  while (Ticket* const ticket = list_.front(newest_first)) {
    if (set_aside(*ticket, gone)) continue;
    if (batch->count != 0 && (batch->count >= most || ticket->rows > most - batch->count)) break;
    list_.remove(*ticket);
    batch->count += ticket->rows;
    *tail = ticket;
    tail = &ticket->next;
    *tail = nullptr;
  }
  try {
    for (Ticket* ticket = batch->head; ticket != nullptr; ticket = ticket->next) {
      ticket->first = batch->rows.append_from(open_->rows, ticket->first, ticket->rows, text_columns_);
    }
  } catch (const std::bad_alloc&) {
    waiting_rows_ -= batch->count;
    tidy();
    answer_without_result(batch->head, Outcome::Status::failed, loop_.clock().now());
    batch->count = 0;
  }
  tidy();
  answer_without_result(gone, Outcome::Status::gone, loop_.clock().now());
  if (batch->count != 0) return batch;
  recycle(std::move(batch));
  return nullptr;
}

/// Puts one whose caller has hung up behind all others, once, and one whose caller has gone on the list of those; false
/// where it is its turn.
bool Batcher::set_aside(Ticket& ticket, Ticket*& gone) {
  const Caller caller = ticket.caller();
  if (caller == Caller::there || (caller == Caller::hung_up && ticket.priority == kHungUpPriority)) return false;
  list_.remove(ticket);
  if (caller == Caller::hung_up) {
    ticket.priority = kHungUpPriority;
    list_.push(ticket);
  } else {
    waiting_rows_ -= ticket.rows;
    ticket.next = std::exchange(gone, &ticket);
  }
  return true;
}

/// What is to be scored in a turn, for callers who are there; null where none is.
std::unique_ptr<Batch> Batcher::take_for_turn(core::TimePoint now) {
  const std::size_t rows = next_rows(kPoolTurn);
  if (list_.rows() <= rows) dismiss_gone(now);  // all go at once, nobody is looked at
  return list_.empty() ? nullptr : take(rows, now);
}

/// Lets go of all whose callers have gone.
void Batcher::dismiss_gone(core::TimePoint now) {
  Ticket* gone = nullptr;
  list_.each([&](Ticket& ticket) {
    if (ticket.caller() == Caller::gone) set_aside(ticket, gone);
  });
  if (gone == nullptr) return;
  if (list_.empty()) open_->rows.clear();
  answer_without_result(gone, Outcome::Status::gone, now);
}

/// The big request whose turn it is; null where there is none.
std::unique_ptr<Batch> Batcher::next_slice(core::TimePoint now) {
  while (!big_.empty()) {
    std::unique_ptr<Batch> batch = std::move(big_.front());
    big_.erase(big_.begin());
    if (batch->head->caller() != Caller::gone) return batch;
    big_rows_ -= batch->count;
    answer_without_result(batch->head, Outcome::Status::gone, now);
    recycle(std::move(batch));
  }
  return nullptr;
}

/// Closes the gaps that taken rows have left, once there are as many as rows: so each row moves once on average.
void Batcher::tidy() {
  if (list_.empty()) return open_->rows.clear();
  const std::size_t gaps = open_->rows.rows() - list_.rows();
  if (gaps < std::max(kGapsKept, list_.rows())) return;
  try {
    std::unique_ptr<Batch> packed = take_batch();
    pack_into(packed->rows);
    std::swap(open_, packed);
    recycle(std::move(packed));
  } catch (const std::bad_alloc&) {
    // The gaps stay until there is memory to do without them.
  }
}

/// Copies the rows that wait, side by side; throws std::bad_alloc with everything as it was.
void Batcher::pack_into(math::RowBuffer& to) {
  list_.each([&](Ticket& ticket) { to.append_from(open_->rows, ticket.first, ticket.rows, text_columns_); });
  std::size_t first = 0;
  list_.each([&](Ticket& ticket) { ticket.first = std::exchange(first, first + ticket.rows); });
}

/// Answers those whose deadline has passed, and while overloaded those that would be answered too late.
void Batcher::shed(core::TimePoint now) {
  core::TimePoint patient = core::TimePoint::min();
  if (overload_.active() && !list_.empty()) {
    const std::size_t rows = std::min(list_.rows(), policy_.batch_rows(turn_wait_));
    patient = now - policy_.patience(rows, turn_wait_ + ahead(now));
  }
  const bool crowded = list_.rows() > overload_.limit() && list_.back() != list_.front(false);
  if (now <= earliest_deadline_ && list_.oldest() >= patient && !crowded) return;
  Ticket* expired = nullptr;
  Ticket* waited = nullptr;
  Ticket* begun = nullptr;
  const auto drop = [](Ticket& ticket, Ticket*& to) { ticket.next = std::exchange(to, &ticket); };
  earliest_deadline_ = core::TimePoint::max();
  list_.each([&](Ticket& ticket) {
    if (now <= ticket.deadline && ticket.entered >= patient) {
      earliest_deadline_ = std::min(earliest_deadline_, ticket.deadline);
      return;
    }
    list_.remove(ticket);
    waiting_rows_ -= ticket.rows;
    const bool late = now > ticket.deadline;
    if (!late && !ticket.begun) overload_.shed(now);
    drop(ticket, late ? expired : ticket.begun ? begun : waited);
  });
  // The more urgent were let in whoever waited: the least urgent make room for them.
  while (list_.rows() > overload_.limit() && list_.back() != list_.front(false)) {
    Ticket& ticket = *list_.back();
    list_.remove(ticket);
    waiting_rows_ -= ticket.rows;
    if (!ticket.begun) overload_.refused(now);
    drop(ticket, ticket.begun ? begun : waited);
  }
  Ticket* const failed = set_apart_all(begun);
  std::erase_if(big_, [&](std::unique_ptr<Batch>& batch) {
    Ticket& ticket = *batch->head;
    earliest_deadline_ = std::min(earliest_deadline_, now > ticket.deadline ? core::TimePoint::max() : ticket.deadline);
    if (now <= ticket.deadline) return false;
    big_rows_ -= ticket.rows;
    drop(ticket, expired);
    recycle(std::move(batch));
    return true;
  });
  if (list_.empty()) open_->rows.clear();
  observer_.waiting(waiting_rows());
  answer_without_result(expired, Outcome::Status::expired, now);
  answer_without_result(waited, Outcome::Status::shed, now);
  answer_without_result(failed, Outcome::Status::failed, now);
}

/// Gives requests that were taken off the list, whose rows are still in the open buffer, turns of their own. Returns
/// those for which memory did not suffice.
Ticket* Batcher::set_apart_all(Ticket* head) {
  Ticket* failed = nullptr;
  while (head != nullptr) {
    Ticket& ticket = *std::exchange(head, head->next);
    std::unique_ptr<Batch> own;
    try {
      own = take_batch();
      big_.reserve(big_.size() + 2);  // the line, and the one whose turn it is
      ticket.first = own->rows.append_from(open_->rows, ticket.first, ticket.rows, text_columns_);
    } catch (const std::bad_alloc&) {
      if (own) recycle(std::move(own));
      ticket.next = std::exchange(failed, &ticket);
      continue;
    }
    enter_apart(ticket, std::move(own));
  }
  return failed;
}

void Batcher::answer_without_result(Ticket* head, Outcome::Status status, core::TimePoint now) {
  while (head != nullptr) {
    Ticket& ticket = *std::exchange(head, head->next);  // `done` may reuse the ticket
    ticket.done(ticket, {.status = status, .queued = now - ticket.submitted});
  }
}

}  // namespace pelton::batching
