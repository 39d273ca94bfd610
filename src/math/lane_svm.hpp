#pragma once

#include "math/lane_elementwise.hpp"

/// Weighted sums of support vectors' kernels on the lane type V (SvmView says how they are packed).
///
/// Distances are sums of (x − s)², as scikit-learn's dense libsvm and ONNX Runtime compute them when
/// predicting: the expanded form |x|² + |s|² − 2 x·s loses all digits of near vectors, and the
/// subtraction costs no time beside the fma.
namespace pelton::math {

/// How many blocks of eight vectors pass through the kernel function between two rounds of sums.
inline constexpr std::size_t kSvmChunk = 16;

/// x·s, or |x − s|², for R rows and P blocks of eight vectors: values[r · kSvmChunk + p].
template <class V, int R, int P, bool kDistance>
PELTON_LANE void svm_tile(const SvmView& svm, Input x, const double* vectors, V* values) {
  V acc[R][P];
  for (int r = 0; r < R; ++r) {
    for (int p = 0; p < P; ++p) acc[r][p] = V::all(0.0);
  }
  const std::size_t apart = svm.features * 8;
  for (std::size_t k = 0; k < svm.features; ++k) {
    V lane[P];
#pragma GCC unroll 8
    for (int p = 0; p < P; ++p) lane[p] = V::load(vectors + static_cast<std::size_t>(p) * apart + k * 8);
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r) {
      const V value = V::all(x.data[static_cast<std::size_t>(r) * x.stride + k]);
#pragma GCC unroll 8
      for (int p = 0; p < P; ++p) {
        if constexpr (kDistance) {
          const V difference = value - lane[p];
          acc[r][p] = fma(difference, difference, acc[r][p]);
        } else {
          acc[r][p] = fma(value, lane[p], acc[r][p]);
        }
      }
    }
  }
  for (int r = 0; r < R; ++r) {
    for (int p = 0; p < P; ++p)
      values[static_cast<std::size_t>(r) * kSvmChunk + static_cast<std::size_t>(p)] = acc[r][p];
  }
}

/// The same for any number of blocks.
template <class V, int R, bool kDistance>
PELTON_LANE void svm_tiles(const SvmView& svm, Input x, const double* vectors, std::size_t blocks, V* values) {
  constexpr std::size_t kPanels = R == 1 ? V::kSingleRowPanels : V::kTilePanels;
  const std::size_t size = svm.features * 8;
  std::size_t block = 0;
  for (; block + kPanels <= blocks; block += kPanels) {
    svm_tile<V, R, static_cast<int>(kPanels), kDistance>(svm, x, vectors + block * size, values + block);
  }
  for (; block < blocks; ++block) svm_tile<V, R, 1, kDistance>(svm, x, vectors + block * size, values + block);
}

/// base^degree by squaring, as libsvm multiplies for whole degrees.
template <class V>
PELTON_LANE V whole_power(V base, unsigned degree) {
  V result = V::all(1.0);
  for (; degree != 0; degree /= 2) {
    if (degree % 2 == 1) result = result * base;
    base = base * base;
  }
  return result;
}

/// The kernel function on `count` lanes of products or distances, in place.
template <class V>
PELTON_LANE void svm_kernel(const SvmView& svm, V* values, std::size_t count) {
  const V gamma = V::all(svm.gamma), coef0 = V::all(svm.coef0);
  const auto each = [&](auto f) {
    for (std::size_t i = 0; i < count; ++i) values[i] = f(values[i]);
  };
  switch (svm.kernel) {
    case SvmKernel::linear: return;
    case SvmKernel::rbf: {
      const V factor = negate(gamma);
      return each([=](V d) { return exp(factor * d); });
    }
    case SvmKernel::sigmoid: return each([=](V p) { return tanh(fma(gamma, p, coef0)); });
    case SvmKernel::polynomial: {
      if (svm.degree >= 0 && svm.degree <= 64 && __builtin_trunc(svm.degree) == svm.degree) {
        const auto degree = static_cast<unsigned>(svm.degree);
        return each([=](V p) { return whole_power(fma(gamma, p, coef0), degree); });
      }
      const V degree = V::all(svm.degree);
      return each([=](V p) { return pow(fma(gamma, p, coef0), degree); });
    }
  }
}

/// One chunk of a group: `blocks` blocks, the last with `valid` vectors, for R rows; adds to
/// partial[r][m][8].
template <class V, int R>
void svm_chunk(const SvmView& svm, Input x, const double* vectors, const double* coefficients, std::size_t blocks,
               std::size_t valid, double* partial) {
  alignas(64) V values[R * kSvmChunk];
  if (svm.kernel == SvmKernel::rbf) {
    svm_tiles<V, R, true>(svm, x, vectors, blocks, values);
  } else {
    svm_tiles<V, R, false>(svm, x, vectors, blocks, values);
  }
  const std::size_t m = svm.sums_per_group;
  for (std::size_t r = 0; r < R; ++r) {
    V* row = values + r * kSvmChunk;
    svm_kernel(svm, row, blocks);
    // 0 times an infinite kernel value would be NaN: the padding is cut, not weighted away.
    if (valid < 8) {
      row[blocks - 1] = select(decltype(row[0] == row[0])::first(valid), row[blocks - 1], V::all(0.0));
    }
    for (std::size_t i = 0; i < m; ++i) {
      double* sums = partial + (r * m + i) * 8;
      V acc = V::load(sums);
      for (std::size_t b = 0; b < blocks; ++b) acc = fma(V::load(coefficients + (b * m + i) * 8), row[b], acc);
      acc.store(sums);
    }
  }
}

template <class V, int R>
void svm_rows(const SvmView& svm, Input x, Output y, double* partial) {
  const std::size_t m = svm.sums_per_group;
  const double* vectors = svm.vectors;
  const double* coefficients = svm.coefficients;
  for (std::size_t group = 0; group < svm.groups; ++group) {
    for (std::size_t i = 0; i < R * m * 8; ++i) partial[i] = 0;
    std::size_t left = svm.group_sizes[group];
    while (left != 0) {
      const std::size_t taken = left < kSvmChunk * 8 ? left : kSvmChunk * 8;
      const std::size_t blocks = (taken + 7) / 8;
      svm_chunk<V, R>(svm, x, vectors, coefficients, blocks, taken - (blocks - 1) * 8, partial);
      vectors += blocks * svm.features * 8;
      coefficients += blocks * m * 8;
      left -= taken;
    }
    for (std::size_t r = 0; r < R; ++r) {
      for (std::size_t i = 0; i < m; ++i) {
        const double total = sum(V::load(partial + (r * m + i) * 8));
        y.data[r * y.stride + group * m + i] = total == total ? total : kQuietNan;
      }
    }
  }
}

template <class V>
void apply_svm_sums(const SvmView& svm, Input x, std::size_t rows, Output y, double* scratch) {
  static_assert(kSvmRows == 4);
  const auto in = [&](std::size_t row) { return Input{x.data + row * x.stride, x.stride}; };
  const auto out = [&](std::size_t row) { return Output{y.data + row * y.stride, y.stride}; };
  std::size_t row = 0;
  for (; row + 4 <= rows; row += 4) svm_rows<V, 4>(svm, in(row), out(row), scratch);
  for (; row + 2 <= rows; row += 2) svm_rows<V, 2>(svm, in(row), out(row), scratch);
  for (; row < rows; ++row) svm_rows<V, 1>(svm, in(row), out(row), scratch);
}

}  // namespace pelton::math
