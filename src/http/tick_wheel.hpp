#pragma once

#include <array>
#include <chrono>
#include <cstdint>

#include "core/clock.hpp"

namespace pelton::http {

/// Deadlines of one thread's connections, in steps of 100 ms. Putting a deadline off, which every
/// request does, is one store: an entry moves only when its slot comes round or when its deadline
/// is brought forward. Allocates nothing. Not thread-safe.
class TickWheel {
 public:
  static constexpr core::Duration kTick = std::chrono::milliseconds(100);
  static constexpr core::TimePoint kNever = core::TimePoint::max();

  /// What has a deadline derives from this.
  class Entry {
   public:
    Entry() = default;
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

   protected:
    virtual ~Entry() = default;
    /// Its deadline has passed. It has none now; it may set one, or end its own life.
    virtual void on_deadline() = 0;

   private:
    friend class TickWheel;
    Entry* previous_ = nullptr;
    Entry* next_ = nullptr;  ///< null: on no list
    core::TimePoint deadline_ = kNever;
    std::int64_t tick_ = 0;  ///< when it is looked at
  };

  explicit TickWheel(core::TimePoint now) noexcept;

  /// `entry` is called at `deadline` or up to two ticks later; kNever for not at all.
  void aim(Entry& entry, core::TimePoint deadline) noexcept {
    entry.deadline_ = deadline;
    if (deadline == kNever || (entry.next_ != nullptr && tick_after(deadline) >= entry.tick_)) return;
    place(entry);
  }
  /// Forgets `entry`; needed before its life ends.
  void remove(Entry& entry) noexcept;

  /// Calls every entry whose deadline has passed.
  void advance(core::TimePoint now);

 private:
  /// A list's fixed end.
  class Head final : public Entry {
    void on_deadline() override {}
  };
  static constexpr std::int64_t kSlots = 512;

  static std::int64_t tick_after(core::TimePoint time) noexcept { return time.time_since_epoch() / kTick + 1; }
  void place(Entry& entry) noexcept;

  std::int64_t tick_;  ///< the last one looked at
  std::array<Head, kSlots> slots_;
};

}  // namespace pelton::http
