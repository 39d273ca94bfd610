#pragma once

#include <cstddef>

#include "core/aligned_buffer.hpp"
#include "math/matrix_view.hpp"

namespace pelton::math {

/// Whether every number of a matrix is a float's, so that it may be kept as one without loss.
bool all_floats(ConstMatrix m) noexcept;

/// Numbers in a kernel's order, as floats where they all are. One of `doubles` and `floats` is used.
struct PackedNumbers {
  core::AlignedBuffer<double> doubles;
  core::AlignedBuffer<float> floats;
  bool is_float = false;

  /// Room for `count` numbers, for the caller to write, all of them; memory is kept from before. Throws
  /// std::bad_alloc.
  void reset(std::size_t count, bool as_floats) {
    is_float = as_floats;
    doubles.resize_uninitialized(is_float ? 0 : count);
    floats.resize_uninitialized(is_float ? count : 0);
  }
  void set(std::size_t i, double value) {
    if (is_float) {
      floats[i] = static_cast<float>(value);
    } else {
      doubles[i] = value;
    }
  }
  double get(std::size_t i) const noexcept { return is_float ? static_cast<double>(floats[i]) : doubles[i]; }
  const double* as_doubles() const noexcept { return is_float ? nullptr : doubles.data(); }
  const float* as_floats() const noexcept { return is_float ? floats.data() : nullptr; }
  std::size_t bytes() const noexcept { return doubles.size() * sizeof(double) + floats.size() * sizeof(float); }
};

}  // namespace pelton::math
