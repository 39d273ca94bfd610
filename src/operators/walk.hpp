#pragma once

#include <array>
#include <cstddef>

namespace pelton::operators {

/// Goes through the elements of a lattice, the dimension added last moving fastest, and keeps count of where
/// they are. Allocates nothing.
class Walk {
 public:
  static constexpr std::size_t kMaxDims = 64;

  /// At most kMaxDims times, before the first step.
  void add(std::size_t dim, std::size_t step) noexcept {
    dims_[rank_] = dim;
    steps_[rank_++] = step;
  }
  std::size_t offset() const noexcept { return offset_; }
  /// Back at the first after the last.
  void next() noexcept {
    for (std::size_t i = rank_; i-- > 0;) {
      offset_ += steps_[i];
      if (++at_[i] < dims_[i]) return;
      offset_ -= steps_[i] * dims_[i];
      at_[i] = 0;
    }
  }

 private:
  std::size_t rank_ = 0;
  std::size_t offset_ = 0;
  std::array<std::size_t, kMaxDims> dims_{}, steps_{}, at_{};
};

}  // namespace pelton::operators
