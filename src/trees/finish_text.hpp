#pragma once

#include "trees/tree_kernels.hpp"

/// From sums of leaves to margins, in the precision of the sum; see Forest. In an unnamed namespace.
namespace pelton::trees {
namespace {

template <class Sum>
[[gnu::always_inline]] inline Sum first_sum(const FinishView& finish, std::size_t output) {
  return finish.base_first ? static_cast<Sum>(finish.base[output]) : Sum(0);
}

template <class Sum>
[[gnu::always_inline]] inline double finished(const FinishView& finish, std::size_t output, Sum sum) {
  Sum value = sum / static_cast<Sum>(finish.divisor);
  value *= static_cast<Sum>(finish.scale);
  if (!finish.base_first) value += static_cast<Sum>(finish.base[output]);
  return static_cast<double>(value);
}

template <class Sum>
[[gnu::always_inline]] inline void start_sums(const FinishView& finish, std::size_t outputs, Sum* sums) {
  for (std::size_t k = 0; k < outputs; ++k) sums[k] = first_sum<Sum>(finish, k);
}

template <class Sum>
[[gnu::always_inline]] inline void finish_sums(const FinishView& finish, std::size_t outputs, const Sum* sums,
                                               double* out) {
  for (std::size_t k = 0; k < outputs; ++k) out[k] = finished<Sum>(finish, k, sums[k]);
}

}  // namespace
}  // namespace pelton::trees
