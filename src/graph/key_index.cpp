#include "graph/key_index.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace pelton::graph {

KeyIndex::KeyIndex(std::span<const double> keys) : keys_(keys.begin(), keys.end()) {
  assert(keys.size() < kNone - 1);
  bool whole = true;
  for (std::uint32_t i = 0; i < keys_.size(); ++i) {
    const double key = keys_[i];
    if (std::isnan(key)) {
      nan_ = std::min(nan_, i);
      continue;
    }
    whole = whole && key == std::trunc(key);
    order_.push_back(i);
  }
  // Stable: of equal keys the first comes first, and is the one that bisection finds.
  std::stable_sort(order_.begin(), order_.end(), [this](auto a, auto b) { return keys_[a] < keys_[b]; });
  if (order_.empty() || !whole) return;

  constexpr double kSlotsPerKey = 8;
  constexpr double kSlotsAnyway = 64;
  first_ = keys_[order_.front()];
  const double slots = keys_[order_.back()] - first_ + 1;  // infinite keys are too far apart, NaN compares false
  if (!(slots <= kSlotsAnyway + kSlotsPerKey * static_cast<double>(keys_.size()))) return;
  table_.assign(static_cast<std::size_t>(slots), kNone);
  for (const std::uint32_t i : order_) {
    std::uint32_t& slot = table_[static_cast<std::size_t>(keys_[i] - first_)];
    slot = std::min(slot, i);
  }
  order_.clear();
  order_.shrink_to_fit();
}

std::uint32_t KeyIndex::bisect(double key) const noexcept {
  if (std::isnan(key)) return nan_;
  const auto found =
      std::lower_bound(order_.begin(), order_.end(), key, [this](auto i, double k) { return keys_[i] < k; });
  return found != order_.end() && keys_[*found] == key ? *found : kNone;
}

}  // namespace pelton::graph
