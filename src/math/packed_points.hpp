#pragma once

#include <cstddef>

#include "core/aligned_buffer.hpp"
#include "math/kernel_table.hpp"
#include "math/matrix_view.hpp"

namespace pelton::math {

/// Points that distances are measured to, in the order the kernel reads them: blocks of eight. Views
/// point into it.
class PackedPoints {
 public:
  PackedPoints() = default;
  explicit PackedPoints(ConstMatrix points) { assign(points); }

  /// `points` [points, features] is copied, into memory kept from before. Throws std::bad_alloc.
  void assign(ConstMatrix points);
  /// Gives the memory back.
  void release() noexcept { *this = PackedPoints(); }

  std::size_t count() const noexcept { return count_; }
  std::size_t features() const noexcept { return features_; }
  std::size_t bytes() const noexcept { return points_.size() * sizeof(double); }
  PointsView view() const noexcept { return {points_.data(), count_, features_}; }

 private:
  std::size_t count_ = 0;
  std::size_t features_ = 0;
  core::AlignedBuffer<double> points_;
};

}  // namespace pelton::math
