#pragma once

#include "math/lane_network.hpp"

/// Weighted sums of an rbf kernel with distances in floats, on the lane types F of sixteen floats and V of eight
/// doubles (FloatRbf says how vectors are packed). A distance is a sum of squares, so its relative error is a few
/// roundings of a float whatever cancels in the differences; the weighted sum, where much may cancel, is kept in
/// double.
namespace pelton::math {

/// 2^x for x <= 0, 0 below 2^-126; relative error 2^-23. The polynomial is a minimax fit of (2^r − 1) / r, 2^-26.
template <class F>
PELTON_LANE F power(F x) {
  static constexpr float kFit[] = {0x1.62e43p-1F,  0x1.ebfbdcp-3F,  0x1.c6aee8p-5F,
                                   0x1.3b2d4ep-7F, 0x1.5f3e54p-10F, 0x1.41fbbp-13F};
  const F least = F::all(-126.0F);
  const F bounded = max(least, x);  // NaN passes, being the second argument
  const F k = round(bounded);
  const F r = bounded - k;
  F p = F::all(kFit[5]);
#pragma GCC unroll 5
  for (int i = 4; i >= 0; --i) p = fma(p, r, F::all(kFit[i]));
  return select(x < least, F::all(0.0F), fma(p, r, F::all(1.0F)) * power_of_two(k));
}

/// K of R rows and the P blocks of a tile: values[r][p][16].
template <class F, int R, int P>
PELTON_LANE void rbf_tile(const FloatRbf& rbf, FloatRows x, const float* vectors, float* values) {
  F acc[R][P];
#pragma GCC unroll 8
  for (int r = 0; r < R; ++r) {
#pragma GCC unroll 8
    for (int p = 0; p < P; ++p) acc[r][p] = F::all(0.0F);
  }
  for (std::size_t k = 0; k < rbf.features; ++k) {
    F lane[P];
#pragma GCC unroll 8
    for (std::size_t p = 0; p < P; ++p) lane[p] = F::load(vectors + (k * P + p) * kFloatLanes);
#pragma GCC unroll 8
    for (std::size_t r = 0; r < R; ++r) {
      const F value = F::all(x.data[r * x.stride + k]);
#pragma GCC unroll 8
      for (int p = 0; p < P; ++p) {
        const F difference = value - lane[p];
        acc[r][p] = fma(difference, difference, acc[r][p]);
      }
    }
  }
  const F rate = F::all(rbf.rate);
#pragma GCC unroll 8
  for (std::size_t r = 0; r < R; ++r) {
#pragma GCC unroll 8
    for (std::size_t p = 0; p < P; ++p) power(acc[r][p] * rate).store(values + (r * P + p) * kFloatLanes);
  }
}

/// One tile of P blocks for R rows; adds to partial[r][m][16].
template <class V, class F, int R, int P>
void rbf_blocks(const FloatRbf& rbf, FloatRows x, const float* vectors, const double* coefficients, double* partial) {
  alignas(64) float values[R * P * kFloatLanes];
  rbf_tile<F, R, P>(rbf, x, vectors, values);
  const std::size_t m = rbf.sums_per_group;
  for (std::size_t r = 0; r < R; ++r) {
    const float* row = values + r * P * kFloatLanes;
    for (std::size_t i = 0; i < m; ++i) {
      double* sums = partial + (r * m + i) * kFloatLanes;
      V low = V::load(sums), high = V::load(sums + 8);
#pragma GCC unroll 8
      for (std::size_t p = 0; p < P; ++p) {
        const double* weights = coefficients + (p * m + i) * kFloatLanes;
        low = fma(V::load(weights), V::load(row + p * kFloatLanes), low);
        high = fma(V::load(weights + 8), V::load(row + p * kFloatLanes + 8), high);
      }
      low.store(sums);
      high.store(sums + 8);
    }
  }
}

template <class V, class F, int R>
void rbf_rows(const FloatRbf& rbf, FloatRows x, Output y, double* partial) {
  const std::size_t m = rbf.sums_per_group;
  const float* vectors = rbf.vectors;
  const double* coefficients = rbf.coefficients;
  for (std::size_t group = 0; group < rbf.groups; ++group) {
    for (std::size_t i = 0; i < R * m * kFloatLanes; ++i) partial[i] = 0;
    for (std::size_t left = (rbf.group_sizes[group] + kFloatLanes - 1) / kFloatLanes; left != 0;) {
      const std::size_t blocks = left < kFloatGroup ? left : kFloatGroup;
      switch (blocks) {
        case 1: rbf_blocks<V, F, R, 1>(rbf, x, vectors, coefficients, partial); break;
        case 2: rbf_blocks<V, F, R, 2>(rbf, x, vectors, coefficients, partial); break;
        case 3: rbf_blocks<V, F, R, 3>(rbf, x, vectors, coefficients, partial); break;
        default: rbf_blocks<V, F, R, 4>(rbf, x, vectors, coefficients, partial); break;
      }
      vectors += blocks * rbf.features * kFloatLanes;
      coefficients += blocks * m * kFloatLanes;
      left -= blocks;
    }
    for (std::size_t r = 0; r < R; ++r) {
      for (std::size_t i = 0; i < m; ++i) {
        const double* sums = partial + (r * m + i) * kFloatLanes;
        const double total = sum(V::load(sums) + V::load(sums + 8));
        y.data[r * y.stride + group * m + i] = total == total ? total : kQuietNan;
      }
    }
  }
}

template <class V, class F>
void apply_rbf_sums(const FloatRbf& rbf, Input x, std::size_t rows, Output y, double* scratch) {
  static_assert(kRbfRows == 4 && kFloatGroup == 4);
  const FloatRows values{reinterpret_cast<float*>(scratch + kRbfRows * rbf.sums_per_group * kFloatLanes),
                         whole_float_lanes(rbf.features)};
  for (std::size_t row = 0; row < rows;) {
    const std::size_t count = rows - row >= 4 ? 4 : rows - row >= 2 ? 2 : 1;
    narrow<F>({x.data + row * x.stride, x.stride}, count, rbf.features, values);
    const Output out{y.data + row * y.stride, y.stride};
    if (count == 4) {
      rbf_rows<V, F, 4>(rbf, values, out, scratch);
    } else if (count == 2) {
      rbf_rows<V, F, 2>(rbf, values, out, scratch);
    } else {
      rbf_rows<V, F, 1>(rbf, values, out, scratch);
    }
    row += count;
  }
}

}  // namespace pelton::math
