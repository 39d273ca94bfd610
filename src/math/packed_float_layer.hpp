#pragma once

#include <cstddef>
#include <span>

#include "core/aligned_buffer.hpp"
#include "math/float_views.hpp"
#include "math/matrix_view.hpp"

namespace pelton::math {

/// The weights of one layer of a float network in the order the kernel reads them. Immutable once made; views
/// point into it.
class PackedFloatLayer {
 public:
  /// `weights` [in, out]; `bias` out values, or none for zero. Both are copied, rounded to floats. Throws
  /// std::bad_alloc.
  PackedFloatLayer(ConstMatrix weights, std::span<const double> bias);

  std::size_t in() const noexcept { return in_; }
  std::size_t out() const noexcept { return out_; }
  bool dots() const noexcept { return dots_; }
  std::size_t bytes() const noexcept { return (weights_.size() + bias_.size()) * sizeof(float); }

  FloatLayer view(const Activation& activation) const noexcept {
    return {weights_.data(), bias_.data(), in_, out_, dots_, activation};
  }

 private:
  void pack_dots(ConstMatrix weights);
  void pack_panels(ConstMatrix weights);

  std::size_t in_;
  std::size_t out_;
  bool dots_;
  core::AlignedBuffer<float> weights_;
  core::AlignedBuffer<float> bias_;
};

}  // namespace pelton::math
