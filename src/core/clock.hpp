#pragma once

#include <atomic>
#include <chrono>

namespace pelton::core {

using Duration = std::chrono::nanoseconds;
using TimePoint = std::chrono::time_point<std::chrono::steady_clock, Duration>;

/// Monotonic time, handed in so that tests decide what time it is. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimePoint now() const noexcept = 0;
};

/// The machine's monotonic clock.
class SteadyClock final : public Clock {
 public:
  TimePoint now() const noexcept override { return std::chrono::steady_clock::now(); }
  /// One clock for the whole process.
  static const SteadyClock& instance() noexcept;
};

/// A clock that stands still until it is told to move; for tests.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(TimePoint start = TimePoint(Duration(0))) : now_(start.time_since_epoch().count()) {}
  TimePoint now() const noexcept override { return TimePoint(Duration(now_.load(std::memory_order_acquire))); }
  void advance(Duration by) noexcept { now_.fetch_add(by.count(), std::memory_order_acq_rel); }

 private:
  std::atomic<Duration::rep> now_;
};

}  // namespace pelton::core
