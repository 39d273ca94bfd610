#include "math/packed_float_rbf.hpp"

#include <algorithm>
#include <cassert>

namespace pelton::math {
namespace {

constexpr double kLog2E = 0x1.71547652b82fep+0;

std::size_t blocks_of(std::size_t vectors) { return whole_float_lanes(vectors) / kFloatLanes; }

}  // namespace

PackedFloatRbf::PackedFloatRbf(double gamma, ConstMatrix vectors, ConstMatrix coefficients,
                               std::span<const std::size_t> group_sizes)
    : vectors_count_(vectors.rows) {
  assert(gamma > 0 && coefficients.cols == vectors.rows);
  const std::size_t m = coefficients.rows;
  std::size_t blocks = 0;
  for (const std::size_t size : group_sizes) blocks += blocks_of(size);
  vectors_.resize(blocks * vectors.cols * kFloatLanes);
  coefficients_.resize(blocks * m * kFloatLanes);
  group_sizes_.resize(group_sizes.size());
  std::copy(group_sizes.begin(), group_sizes.end(), group_sizes_.begin());

  std::size_t vector = 0;
  std::size_t block = 0;
  for (const std::size_t size : group_sizes) {
    for (std::size_t i = 0; i < size; ++i) {
      for (std::size_t j = 0; j < m; ++j) {
        coefficients_[((block + i / kFloatLanes) * m + j) * kFloatLanes + i % kFloatLanes] =
            coefficients(j, vector + i);
      }
    }
    for (std::size_t b = 0; b < blocks_of(size); b += kFloatGroup) {
      const std::size_t first = b * kFloatLanes;
      pack_tile(vectors.slice(vector + first, std::min(size - first, kFloatGroup * kFloatLanes)),
                std::min(blocks_of(size) - b, kFloatGroup), vectors_.data() + (block + b) * vectors.cols * kFloatLanes);
    }
    vector += size;
    block += blocks_of(size);
  }
  assert(vector == vectors.rows);
  view_ = {.rate = static_cast<float>(-gamma * kLog2E),
           .features = vectors.cols,
           .groups = group_sizes.size(),
           .sums_per_group = m,
           .group_sizes = group_sizes_.data(),
           .vectors = vectors_.data(),
           .coefficients = coefficients_.data()};
}

void PackedFloatRbf::pack_tile(ConstMatrix vectors, std::size_t blocks, float* to) {
  for (std::size_t i = 0; i < vectors.rows; ++i) {
    float* lane = to + i;  // block i / 16, lane i mod 16
    for (std::size_t k = 0; k < vectors.cols; ++k) lane[k * blocks * kFloatLanes] = static_cast<float>(vectors(i, k));
  }
}

}  // namespace pelton::math
