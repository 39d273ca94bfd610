#pragma once

#include <cstddef>

#include "math/kernels.hpp"

namespace pelton::operators {

/// Sums in one fixed order, so that they depend on the values alone.
inline double reduced(math::ReduceOp op, const double* values, std::size_t count) {
  double result = 0;
  math::kernels().reduce(op, {values, count}, 1, count, {&result, 1});
  return result;
}

/// Mean and variance of a list of numbers, NaN where it is empty.
struct Moments {
  double mean = 0;
  double variance = 0;
};

/// Takes the mean from every value on the way.
inline Moments center(double* values, std::size_t count) {
  const auto n = static_cast<double>(count);
  Moments moments;
  moments.mean = reduced(math::ReduceOp::sum, values, count) / n;
  for (std::size_t i = 0; i < count; ++i) values[i] -= moments.mean;
  moments.variance = reduced(math::ReduceOp::sum_squares, values, count) / n;
  return moments;
}

}  // namespace pelton::operators
