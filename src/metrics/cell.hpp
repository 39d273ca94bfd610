#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/aligned_buffer.hpp"
#include "core/clock.hpp"

namespace pelton::metrics {

/// A count that one thread adds to and any thread reads: a plain add, no locked instruction, and a
/// cache line of its own. Several cells with the same labels are told as one series.
class alignas(core::kAlignment) Counter {
 public:
  /// Owner's thread only.
  void add(std::uint64_t n = 1) noexcept {
    value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// A level that any thread moves; cells with the same labels are summed.
class alignas(core::kAlignment) Gauge {
 public:
  void set(std::int64_t value) noexcept { value_.store(value, std::memory_order_relaxed); }
  void add(std::int64_t by) noexcept { value_.fetch_add(by, std::memory_order_relaxed); }
  std::int64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
};

/// What a histogram's numbers mean: the upper bounds of its buckets, ascending, `per_unit` of which
/// make the unit that is told (durations are observed in nanoseconds and told in seconds: 1e9).
struct Buckets {
  std::span<const std::uint64_t> bounds;
  double per_unit = 1.0;

  static Buckets durations() noexcept;  ///< 1 µs to 10 s in steps of 1-2.5-5
  static Buckets rows() noexcept;       ///< 1 to 65,536 in powers of two
};

/// Observed values by bucket, of one thread; read by any.
class alignas(core::kAlignment) Histogram {
 public:
  explicit Histogram(Buckets buckets) : buckets_(buckets), counts_(buckets.bounds.size() + 1) {}

  /// Owner's thread only. Time O(buckets).
  void observe(std::uint64_t value) noexcept {
    std::size_t at = 0;
    for (const std::uint64_t bound : buckets_.bounds) at += static_cast<std::size_t>(value > bound);
    bump(counts_[at], 1);
    bump(sum_, value);
  }
  void observe(core::Duration duration) noexcept {
    observe(duration.count() > 0 ? static_cast<std::uint64_t>(duration.count()) : 0);
  }

  const Buckets& buckets() const noexcept { return buckets_; }
  /// Observations of bucket `i` alone (the last bucket has no upper bound).
  std::uint64_t count(std::size_t i) const noexcept { return counts_[i].load(std::memory_order_relaxed); }
  std::uint64_t sum() const noexcept { return sum_.load(std::memory_order_relaxed); }

 private:
  static void bump(std::atomic<std::uint64_t>& cell, std::uint64_t n) noexcept {
    cell.store(cell.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }

  Buckets buckets_;
  std::vector<std::atomic<std::uint64_t>> counts_;
  std::atomic<std::uint64_t> sum_{0};
};

}  // namespace pelton::metrics
