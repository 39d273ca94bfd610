#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "batching/ticket.hpp"

namespace pelton::batching {

/// The requests of a lane that wait for their turn, by priority and, within one, by arrival.
///
/// Intrusive: nothing is allocated, and entering, taking and removing cost the same however many wait.
/// Not thread-safe.
class WaitingList {
 public:
  bool empty() const noexcept { return rows_ == 0; }
  /// Rows of all that wait.
  std::size_t rows() const noexcept { return rows_; }
  /// Rows of those at least as urgent as `priority`.
  std::size_t rows_up_to(Priority priority) const noexcept;
  /// When the one that waits longest entered; TimePoint::max() where none does.
  core::TimePoint oldest() const noexcept;

  /// `ticket.rows` and `ticket.entered` are set, and later than those of all that wait.
  void push(Ticket& ticket) noexcept;
  void remove(Ticket& ticket) noexcept;
  /// The most urgent, and among equals the oldest, or the newest; null where none waits.
  Ticket* front(bool newest_first) const noexcept;
  /// The least urgent, and among equals the oldest; null where none waits.
  Ticket* back() const noexcept;
  /// Takes all, linked by `next`, the most urgent and then the oldest first.
  Ticket* take_all() noexcept;

  /// Calls `visit(ticket)` for each, in the order of take_all; it may remove that ticket.
  template <class Visit>
  void each(Visit&& visit) const {
    for (std::size_t at = first_used(0); at != kLevels; at = first_used(at + 1)) {
      for (Ticket* ticket = levels_[at].head; ticket != nullptr;) {
        Ticket* const next = ticket->next;
        visit(*ticket);
        ticket = next;
      }
    }
  }

 private:
  static constexpr std::size_t kLevels = kHungUpPriority;
  struct Level {
    Ticket* head = nullptr;
    Ticket* tail = nullptr;
    std::size_t rows = 0;
  };

  static std::size_t level_of(Priority priority) noexcept {
    return std::min<std::size_t>(priority == 0 ? kMiddlePriority : priority, kLevels) - 1;
  }
  /// The first level at `from` or after it that holds any, or kLevels.
  std::size_t first_used(std::size_t from) const noexcept;

  std::array<Level, kLevels> levels_{};
  std::array<std::uint64_t, 2> used_{};  ///< a bit for each level that holds any
  std::size_t rows_ = 0;
};

}  // namespace pelton::batching
