#pragma once

#include "math/lane_affine.hpp"
#include "math/lane_distances.hpp"
#include "math/lane_elementwise.hpp"
#include "math/lane_network.hpp"
#include "math/lane_rbf.hpp"
#include "math/lane_rows.hpp"
#include "math/lane_svm.hpp"

namespace pelton::math {

/// The table of kernels over the lane types V of doubles and F of floats.
template <class V, class F>
constexpr Kernels lane_kernels() {
  return {
      .unary = apply_unary<V>,
      .binary = apply_binary<V>,
      .where = apply_where<V>,
      .clip = apply_clip<V>,
      .scale = apply_scale<V>,
      .impute = apply_impute<V>,
      .impute_scale = apply_impute_scale<V>,
      .normalize = apply_normalize<V>,
      .softmax = apply_softmax<V>,
      .softmax_zero = apply_softmax_zero<V>,
      .reduce = apply_reduce<V>,
      .affine = apply_affine<V>,
      .svm_sums = apply_svm_sums<V>,
      .squared_distances = apply_squared_distances<V>,
      .float_network = apply_float_network<V, F>,
      .rbf_sums = apply_rbf_sums<V, F>,
  };
}

}  // namespace pelton::math
