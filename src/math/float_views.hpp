#pragma once

#include <cstddef>

#include "math/elementwise.hpp"

/// What the kernels that calculate in floats are given. Plain pointers and sizes only, as in kernel_table.hpp.
namespace pelton::math {

/// Floats worked on side by side.
inline constexpr std::size_t kFloatLanes = 16;
[[gnu::always_inline]] constexpr std::size_t whole_float_lanes(std::size_t n) {
  return (n + kFloatLanes - 1) / kFloatLanes * kFloatLanes;
}

/// Panels, or blocks of support vectors, whose numbers for one k lie together.
inline constexpr std::size_t kFloatGroup = 4;

/// activation(x · W + b) in floats, packed for the kernels (PackedFloatLayer makes it).
///
/// Panels of sixteen outputs, in groups of four: weights[group][k][panel of the group][16], the last group
/// narrower; outputs are lanes, k runs in order, one fma each, starting from the bias. Dots (few outputs):
/// weights[output][k], rows padded to whole lanes; sixteen partial sums over k mod 16, the fixed tree, then the bias.
struct FloatLayer {
  const float* weights = nullptr;
  const float* bias = nullptr;  ///< padded to whole panels
  std::size_t in = 0;
  std::size_t out = 0;
  bool dots = false;
  Activation activation{};
};

/// Layers one after the other. Rows are rounded to floats first, and so are every layer's values; the last
/// layer's activation is calculated in double and not rounded.
struct FloatNetwork {
  const FloatLayer* layers = nullptr;
  std::size_t count = 0;
  std::size_t widest = 0;  ///< of the inputs and all layers' outputs, in whole lanes
};

/// Rows that pass through a network together: a multiple of the tiles of all instruction sets.
inline constexpr std::size_t kNetworkRows = 24;
constexpr std::size_t network_scratch_doubles(std::size_t widest, std::size_t rows) {
  return (rows < kNetworkRows ? rows : kNetworkRows) * widest;
}

/// Support vectors of an rbf kernel for kernels that take distances in floats (PackedFloatRbf makes it): blocks
/// of sixteen, in tiles of four that lie together, [tile][feature][block][16]. A group's last tile is narrower, its
/// last block padded.
struct FloatRbf {
  float rate = 0;  ///< −gamma · log₂ e: K = 2^(rate · |v − x|²)
  std::size_t features = 0;
  std::size_t groups = 0;
  std::size_t sums_per_group = 0;            ///< m
  const std::size_t* group_sizes = nullptr;  ///< vectors of each group
  const float* vectors = nullptr;
  const double* coefficients = nullptr;  ///< [block][m][16], 0 in the padding
};

/// Rows whose distances are taken together, and the doubles of scratch they need.
inline constexpr std::size_t kRbfRows = 4;
constexpr std::size_t rbf_scratch_doubles(std::size_t features, std::size_t sums_per_group) {
  return kRbfRows * (sums_per_group * kFloatLanes + whole_float_lanes(features) / 2);
}

}  // namespace pelton::math
