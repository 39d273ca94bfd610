#pragma once

#include <cstdint>
#include <vector>

namespace pelton::load {

/// Counts of values in log-linear buckets: 128 equal buckets a power of two.
///
/// Any quantile is told within 0.4 % of the value that has that rank (exactly below 256), mean and
/// maximum exactly, in constant memory (37 kB) whatever the number of values. Values are unsigned,
/// in the caller's unit (nanoseconds here); above 2^42 (73 minutes) they are counted as 2^42 - 1,
/// the exact maximum apart. The idea is HdrHistogram's (hdrhistogram.org). Not thread-safe: one a
/// thread, merged at the end.
class Histogram {
 public:
  Histogram();

  void record(std::uint64_t value) noexcept {
    ++counts_[index_of(value)];
    ++count_;
    sum_ += static_cast<double>(value);
    if (value > max_) max_ = value;
  }
  void merge(const Histogram& other) noexcept;
  void clear() noexcept;

  std::uint64_t count() const noexcept { return count_; }
  std::uint64_t max() const noexcept { return max_; }
  /// 0 where there are no values.
  double mean() const noexcept { return count_ == 0 ? 0.0 : sum_ / static_cast<double>(count_); }
  /// The value of rank ceil(q * count) for q in [0, 1]; 0 where there are no values.
  std::uint64_t quantile(double q) const noexcept;
  /// How many values lie in [from, to), by the middle of their bucket.
  std::uint64_t count_between(std::uint64_t from, std::uint64_t to) const noexcept;

 private:
  static std::size_t index_of(std::uint64_t value) noexcept;
  static std::uint64_t middle_of(std::size_t index) noexcept;

  std::vector<std::uint64_t> counts_;
  std::uint64_t count_ = 0;
  std::uint64_t max_ = 0;
  double sum_ = 0;
};

}  // namespace pelton::load
