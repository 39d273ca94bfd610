#pragma once

#include <cstddef>
#include <span>

#include "core/aligned_buffer.hpp"
#include "math/kernel_table.hpp"
#include "math/matrix_view.hpp"
#include "math/packed_numbers.hpp"

namespace pelton::math {

/// The weights of x · W + b in the order the affine kernel reads them. Immutable once made; views
/// point into it.
class PackedAffine {
 public:
  /// `weights` [in, out]; `bias` out values, or none for zero. Both are copied. Throws std::bad_alloc.
  PackedAffine(ConstMatrix weights, std::span<const double> bias);

  std::size_t in() const noexcept { return in_; }
  std::size_t out() const noexcept { return out_; }
  /// Whether the outputs are computed as dot products (few outputs) instead of panels.
  bool dots() const noexcept { return dots_; }
  std::size_t bytes() const noexcept { return weights_.bytes() + bias_.size() * sizeof(double); }

  AffineView view(Activation activation = {}) const noexcept {
    return {weights_.as_doubles(), weights_.as_floats(), bias_.data(), in_, out_, dots_, activation};
  }

 private:
  std::size_t in_;
  std::size_t out_;
  bool dots_;
  PackedNumbers weights_;
  core::AlignedBuffer<double> bias_;
};

}  // namespace pelton::math
