#pragma once

#include "math/lane_elementwise.hpp"

/// x · W + b on the lane type V (AffineView says how W is packed).
namespace pelton::math {

template <class T>
PELTON_LANE const T* weights_of(const AffineView& w) {
  if constexpr (sizeof(T) == sizeof(float)) {
    return w.weights32;
  } else {
    return w.weights;
  }
}

/// R rows by P panels in registers: every weight loaded serves R rows, every input P panels.
template <class V, class T, int R, int P>
PELTON_LANE void affine_tile(const AffineView& w, Input x, std::size_t row, std::size_t panel, Output y) {
  V acc[R][P];
  // Tiles begin at a multiple of their own size, so that up to four panels are of one group.
  const std::size_t panels = (w.out + 7) / 8, first = panel / kPanelGroup * kPanelGroup;
  const std::size_t step = 8 * (panels - first < kPanelGroup ? panels - first : kPanelGroup);
  const T* weights = weights_of<T>(w) + first * w.in * 8 + (panel - first) * 8;
  const double* in = x.data + row * x.stride;
  for (int p = 0; p < P; ++p) {
    const V bias = V::load(w.bias + (panel + static_cast<std::size_t>(p)) * 8);
    for (int r = 0; r < R; ++r) acc[r][p] = bias;
  }
  const std::size_t next_group = w.in * kPanelGroup * 8;
  for (std::size_t k = 0; k < w.in; ++k) {
    V lane[P];
#pragma GCC unroll 8
    for (std::size_t p = 0; p < P; ++p) {
      lane[p] = V::load(weights + k * step + p / kPanelGroup * next_group + p % kPanelGroup * 8);
    }
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r) {
      const V value = V::all(in[static_cast<std::size_t>(r) * x.stride + k]);
#pragma GCC unroll 8
      for (int p = 0; p < P; ++p) acc[r][p] = fma(value, lane[p], acc[r][p]);
    }
  }
  const bool relu = w.activation.op == UnaryOp::relu;
  for (int p = 0; p < P; ++p) {
    const std::size_t column = (panel + static_cast<std::size_t>(p)) * 8;
    for (int r = 0; r < R; ++r) {
      const V v = canonical(relu ? max(V::all(0.0), acc[r][p]) : acc[r][p]);
      double* out = y.data + (row + static_cast<std::size_t>(r)) * y.stride + column;
      if (w.out - column >= 8) {
        v.store(out);
      } else {
        v.store(out, w.out - column);
      }
    }
  }
}

/// The last rows % R rows, R − 1 or fewer.
template <class V, class T, int P, int R>
PELTON_LANE void affine_rest(const AffineView& w, Input x, std::size_t row, std::size_t rest, std::size_t panel,
                             Output y) {
  if constexpr (R > 0) {
    if (rest == R) {
      affine_tile<V, T, R, P>(w, x, row, panel, y);
    } else {
      affine_rest<V, T, P, R - 1>(w, x, row, rest, panel, y);
    }
  }
}

/// P panels for all rows; the panels' weights stay in the nearest cache meanwhile.
template <class V, class T, int P>
void affine_panels(const AffineView& w, Input x, std::size_t rows, std::size_t panel, Output y) {
  constexpr std::size_t kRows = V::kTileRows;
  std::size_t row = 0;
  for (; row + kRows <= rows; row += kRows) affine_tile<V, T, static_cast<int>(kRows), P>(w, x, row, panel, y);
  affine_rest<V, T, P, static_cast<int>(kRows) - 1>(w, x, row, rows - row, panel, y);
}

template <class V, class T, int P>
PELTON_LANE void affine_last_panels(const AffineView& w, Input x, std::size_t rows, std::size_t panel,
                                    std::size_t count, Output y) {
  if constexpr (P > 0) {
    if (count == P) {
      affine_panels<V, T, P>(w, x, rows, panel, y);
    } else {
      affine_last_panels<V, T, P - 1>(w, x, rows, panel, count, y);
    }
  }
}

/// Eight partial sums of one row times one row of weights; the weights are padded with zeros.
template <class V, class T>
PELTON_LANE V dot_lanes(const T* weights, const double* in, std::size_t n) {
  V acc = V::all(0.0);
  std::size_t k = 0;
  for (; k + 8 <= n; k += 8) acc = fma(V::load(in + k), V::load(weights + k), acc);
  if (k < n) acc = fma(V::load(in + k, n - k), V::load(weights + k), acc);
  return acc;
}

/// One output for all rows, eight rows at a time where there are as many.
template <class V, class T>
PELTON_LANE void affine_dots(const AffineView& w, Input x, std::size_t rows, std::size_t output, Output y) {
  const std::size_t padded = (w.in + 7) / 8 * 8;
  const T* weights = weights_of<T>(w) + output * padded;
  const V bias = V::all(w.bias[output]);
  const V zero = V::all(0.0);
  const bool relu = w.activation.op == UnaryOp::relu;
  const auto finish = [&](V total) {
    const V v = total + bias;
    return canonical(relu ? max(zero, v) : v);
  };
  std::size_t row = 0;
  for (; row + 8 <= rows; row += 8) {
    V acc[8];
    const double* in = x.data + row * x.stride;
    for (V& a : acc) a = zero;
    std::size_t k = 0;
    for (; k + 8 <= w.in; k += 8) {
      const V lane = V::load(weights + k);
#pragma GCC unroll 8
      for (std::size_t i = 0; i < 8; ++i) acc[i] = fma(V::load(in + i * x.stride + k), lane, acc[i]);
    }
    if (k < w.in) {
      const V lane = V::load(weights + k);
#pragma GCC unroll 8
      for (std::size_t i = 0; i < 8; ++i) acc[i] = fma(V::load(in + i * x.stride + k, w.in - k), lane, acc[i]);
    }
    double values[8];
    finish(sum_each(acc)).store(values);
    for (std::size_t i = 0; i < 8; ++i) y.data[(row + i) * y.stride + output] = values[i];
  }
  for (; row < rows; ++row) {
    const double total = sum(dot_lanes<V>(weights, x.data + row * x.stride, w.in));
    finish(V::all(total)).store(y.data + row * y.stride + output, 1);
  }
}

template <class V, class T>
PELTON_LANE void affine_of(const AffineView& w, Input x, std::size_t rows, Output y) {
  if (w.dots) {
    for (std::size_t output = 0; output < w.out; ++output) affine_dots<V, T>(w, x, rows, output, y);
    return;
  }
  const std::size_t panels = (w.out + 7) / 8;
  std::size_t panel = 0;
  if (rows == 1) {
    // A single row has no other work to hide an fma's latency behind than further panels.
    constexpr std::size_t kWide = V::kSingleRowPanels;
    for (; panel + kWide <= panels; panel += kWide) {
      affine_tile<V, T, 1, static_cast<int>(kWide)>(w, x, 0, panel, y);
    }
  }
  constexpr std::size_t kPanels = V::kTilePanels;
  for (; panel + kPanels <= panels; panel += kPanels) {
    affine_panels<V, T, static_cast<int>(kPanels)>(w, x, rows, panel, y);
  }
  affine_last_panels<V, T, static_cast<int>(kPanels) - 1>(w, x, rows, panel, panels - panel, y);
}

template <class V>
void apply_affine(const AffineView& w, Input x, std::size_t rows, Output y) {
  if (w.weights32 != nullptr) {
    affine_of<V, float>(w, x, rows, y);
  } else {
    affine_of<V, double>(w, x, rows, y);
  }
  if (w.activation.op != UnaryOp::identity && w.activation.op != UnaryOp::relu) {
    apply_unary<V>(w.activation, {y.data, y.stride}, rows, w.out, y);
  }
}

}  // namespace pelton::math
