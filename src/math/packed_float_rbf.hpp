#pragma once

#include <cstddef>
#include <span>

#include "core/aligned_buffer.hpp"
#include "math/float_views.hpp"
#include "math/matrix_view.hpp"

namespace pelton::math {

/// Support vectors of an rbf kernel and their weights in the order the kernel with distances in floats reads them.
/// Immutable once made; views point into it.
class PackedFloatRbf {
 public:
  /// `gamma` above 0; `vectors` [vectors, features], group after group, rounded to floats; `coefficients`
  /// [m, vectors]; the group sizes add up to the vectors. All are copied. Throws std::bad_alloc.
  PackedFloatRbf(double gamma, ConstMatrix vectors, ConstMatrix coefficients, std::span<const std::size_t> group_sizes);

  std::size_t vectors() const noexcept { return vectors_count_; }
  std::size_t bytes() const noexcept { return vectors_.size() * sizeof(float) + coefficients_.size() * sizeof(double); }
  const FloatRbf& view() const noexcept { return view_; }

 private:
  void pack_tile(ConstMatrix vectors, std::size_t blocks, float* to);

  std::size_t vectors_count_;
  core::AlignedBuffer<float> vectors_;
  core::AlignedBuffer<double> coefficients_;
  core::AlignedBuffer<std::size_t> group_sizes_;
  FloatRbf view_;
};

}  // namespace pelton::math
