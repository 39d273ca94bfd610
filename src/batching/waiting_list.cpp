#include "batching/waiting_list.hpp"

#include <bit>

namespace pelton::batching {

std::size_t WaitingList::first_used(std::size_t from) const noexcept {
  for (std::size_t word = from / 64; word < used_.size(); ++word) {
    const std::uint64_t passed = word == from / 64 ? (std::uint64_t{1} << from % 64) - 1 : 0;
    const std::uint64_t bits = used_[word] & ~passed;
    if (bits != 0) return word * 64 + static_cast<std::size_t>(std::countr_zero(bits));
  }
  return kLevels;
}

std::size_t WaitingList::rows_up_to(Priority priority) const noexcept {
  const std::size_t last = level_of(priority);
  std::size_t rows = 0;
  for (std::size_t at = first_used(0); at <= last; at = first_used(at + 1)) rows += levels_[at].rows;
  return rows;
}

core::TimePoint WaitingList::oldest() const noexcept {
  core::TimePoint oldest = core::TimePoint::max();
  for (std::size_t at = first_used(0); at != kLevels; at = first_used(at + 1)) {
    oldest = std::min(oldest, levels_[at].head->entered);
  }
  return oldest;
}

void WaitingList::push(Ticket& ticket) noexcept {
  const std::size_t at = level_of(ticket.priority);
  Level& level = levels_[at];
  ticket.previous = level.tail;
  ticket.next = nullptr;
  (level.tail != nullptr ? level.tail->next : level.head) = &ticket;
  level.tail = &ticket;
  level.rows += ticket.rows;
  rows_ += ticket.rows;
  used_[at / 64] |= std::uint64_t{1} << at % 64;
}

void WaitingList::remove(Ticket& ticket) noexcept {
  const std::size_t at = level_of(ticket.priority);
  Level& level = levels_[at];
  (ticket.previous != nullptr ? ticket.previous->next : level.head) = ticket.next;
  (ticket.next != nullptr ? ticket.next->previous : level.tail) = ticket.previous;
  level.rows -= ticket.rows;
  rows_ -= ticket.rows;
  if (level.head == nullptr) used_[at / 64] &= ~(std::uint64_t{1} << at % 64);
}

Ticket* WaitingList::front(bool newest_first) const noexcept {
  const std::size_t at = first_used(0);
  if (at == kLevels) return nullptr;
  return newest_first ? levels_[at].tail : levels_[at].head;
}

Ticket* WaitingList::back() const noexcept {
  for (std::size_t word = used_.size(); word-- != 0;) {
    if (used_[word] != 0) return levels_[word * 64 + 63 - static_cast<std::size_t>(std::countl_zero(used_[word]))].head;
  }
  return nullptr;
}

Ticket* WaitingList::take_all() noexcept {
  Ticket* head = nullptr;
  Ticket* tail = nullptr;
  for (std::size_t at = first_used(0); at != kLevels; at = first_used(at + 1)) {
    (tail != nullptr ? tail->next : head) = levels_[at].head;
    tail = levels_[at].tail;
    levels_[at] = {};
  }
  used_ = {};
  rows_ = 0;
  return head;
}

}  // namespace pelton::batching
