#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace pelton::app {

/// Quantiles of any number of magnitudes in constant memory (2 MiB): counts by the first eight bits of
/// the mantissa, so that a quantile is at most 1 part in 256 off. NaN counts as infinite.
class Magnitudes {
 public:
  /// `value` is not negative.
  void add(double value) {
    if (counts_.empty()) counts_.resize(std::size_t{1} << (64 - kDropped - 1));
    ++counts_[std::bit_cast<std::uint64_t>(value) >> kDropped];
    ++count_;
  }
  std::uint64_t count() const noexcept { return count_; }

  /// The magnitude that a share `q` of all does not exceed; 0 where there are none.
  double quantile(double q) const {
    const auto wanted = static_cast<std::uint64_t>(q * static_cast<double>(count_));
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      below += counts_[i];
      if (below > wanted || below == count_) return middle(i);
    }
    return 0;
  }

 private:
  static constexpr int kDropped = 52 - 7;
  static constexpr std::size_t kInfinite =
      std::bit_cast<std::uint64_t>(std::numeric_limits<double>::infinity()) >> kDropped;

  static double middle(std::size_t bucket) {
    if (bucket >= kInfinite) return std::numeric_limits<double>::infinity();
    const auto low = static_cast<std::uint64_t>(bucket) << kDropped;
    return std::bit_cast<double>(bucket == 0 ? low : low + (std::uint64_t{1} << (kDropped - 1)));
  }

  std::vector<std::uint64_t> counts_;
  std::uint64_t count_ = 0;
};

}  // namespace pelton::app
