#pragma once

#include "math/lane_svm.hpp"

/// Distances between rows and packed points on the lane type V: a lane is a point, features are summed in
/// order, one fma each.
namespace pelton::math {

template <class V, int R>
void distances_of_rows(const PointsView& points, Input x, Output y) {
  const SvmView blocks_of{.features = points.features};
  alignas(64) V values[R * kSvmChunk];
  const std::size_t blocks = (points.count + 7) / 8;
  for (std::size_t first = 0; first < blocks; first += kSvmChunk) {
    const std::size_t taken = blocks - first < kSvmChunk ? blocks - first : kSvmChunk;
    svm_tiles<V, R, true>(blocks_of, x, points.values + first * points.features * 8, taken, values);
    for (std::size_t r = 0; r < R; ++r) {
      for (std::size_t b = 0; b < taken; ++b) {
        const std::size_t column = (first + b) * 8;
        const V v = canonical(values[r * kSvmChunk + b]);
        double* out = y.data + r * y.stride + column;
        if (points.count - column >= 8) {
          v.store(out);
        } else {
          v.store(out, points.count - column);
        }
      }
    }
  }
}

template <class V>
void apply_squared_distances(const PointsView& points, Input x, std::size_t rows, Output y) {
  const auto in = [&](std::size_t row) { return Input{x.data + row * x.stride, x.stride}; };
  const auto out = [&](std::size_t row) { return Output{y.data + row * y.stride, y.stride}; };
  std::size_t row = 0;
  for (; row + 4 <= rows; row += 4) distances_of_rows<V, 4>(points, in(row), out(row));
  for (; row + 2 <= rows; row += 2) distances_of_rows<V, 2>(points, in(row), out(row));
  for (; row < rows; ++row) distances_of_rows<V, 1>(points, in(row), out(row));
}

}  // namespace pelton::math
