#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace pelton::graph {

/// Where each of some numbers stands in a list. Immutable, thread-safe.
///
/// Whole numbers close together are looked up in a table, others by bisection; either way memory is
/// in proportion to the list. NaN equals NaN, −0 equals 0, of equal keys the first counts.
class KeyIndex {
 public:
  /// At most 2^32 − 2 keys (asserted). O(n log n).
  explicit KeyIndex(std::span<const double> keys);

  static constexpr std::uint32_t kNone = UINT32_MAX;

  /// The position of `key`, or kNone. O(1) in a table, else O(log n).
  std::uint32_t find(double key) const noexcept {
    if (!table_.empty()) {
      const double slot = key - first_;
      if (!(slot >= 0 && slot < static_cast<double>(table_.size()))) return key == key ? kNone : nan_;
      const std::uint32_t position = table_[static_cast<std::size_t>(slot)];
      return position != kNone && keys_[position] == key ? position : kNone;
    }
    return bisect(key);
  }
  std::size_t size() const noexcept { return keys_.size(); }
  std::size_t bytes() const noexcept {
    return keys_.size() * sizeof(double) + (table_.size() + order_.size()) * sizeof(std::uint32_t);
  }

 private:
  std::uint32_t bisect(double key) const noexcept;

  std::vector<double> keys_;
  std::vector<std::uint32_t> table_;  ///< position by key − first_; empty where keys lie far apart
  std::vector<std::uint32_t> order_;  ///< positions in the order of their keys, where there is no table
  double first_ = 0;
  std::uint32_t nan_ = kNone;
};

}  // namespace pelton::graph
