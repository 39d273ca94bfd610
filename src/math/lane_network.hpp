#pragma once

#include "math/lane_elementwise.hpp"

/// Networks of dense layers in floats, on the lane types F of sixteen floats and V of eight doubles
/// (FloatLayer says how weights are packed).
namespace pelton::math {

/// Rows of floats, as many columns as whole lanes; columns behind a layer's outputs hold what its zero weights give.
struct FloatRows {
  float* data;
  std::size_t stride;
};

/// R rows by P panels in registers: every weight loaded serves R rows, every input P panels.
template <class F, int R, int P>
PELTON_LANE void network_tile(const FloatLayer& w, FloatRows x, std::size_t row, std::size_t panel, FloatRows y) {
  F acc[R][P];
  // Tiles begin at a multiple of their own size, so that up to four panels are of one group.
  const std::size_t panels = (w.out + kFloatLanes - 1) / kFloatLanes, first = panel / kFloatGroup * kFloatGroup;
  const std::size_t step = kFloatLanes * (panels - first < kFloatGroup ? panels - first : kFloatGroup);
  const std::size_t next_group = w.in * kFloatGroup * kFloatLanes;
  const float* weights = w.weights + (first * w.in + (panel - first)) * kFloatLanes;
  const float* in = x.data + row * x.stride;
#pragma GCC unroll 8
  for (std::size_t p = 0; p < P; ++p) {
    const F bias = F::load(w.bias + (panel + p) * kFloatLanes);
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r) acc[r][p] = bias;
  }
  for (std::size_t k = 0; k < w.in; ++k) {
    F lane[P];
#pragma GCC unroll 8
    for (std::size_t p = 0; p < P; ++p) {
      lane[p] = F::load(weights + k * step + p / kFloatGroup * next_group + p % kFloatGroup * kFloatLanes);
    }
#pragma GCC unroll 8
    for (std::size_t r = 0; r < R; ++r) {
      const F value = F::all(in[r * x.stride + k]);
#pragma GCC unroll 8
      for (int p = 0; p < P; ++p) acc[r][p] = fma(value, lane[p], acc[r][p]);
    }
  }
  const bool relu = w.activation.op == UnaryOp::relu;
  float* out = y.data + row * y.stride + panel * kFloatLanes;
#pragma GCC unroll 8
  for (std::size_t r = 0; r < R; ++r) {
#pragma GCC unroll 8
    for (std::size_t p = 0; p < P; ++p) {
      const F v = relu ? max(F::all(0.0F), acc[r][p]) : acc[r][p];
      v.store(out + r * y.stride + p * kFloatLanes);
    }
  }
}

/// The last rows % R rows, R − 1 or fewer.
template <class F, int P, int R>
PELTON_LANE void network_rest(const FloatLayer& w, FloatRows x, std::size_t row, std::size_t rest, std::size_t panel,
                              FloatRows y) {
  if constexpr (R > 0) {
    if (rest == R) {
      network_tile<F, R, P>(w, x, row, panel, y);
    } else {
      network_rest<F, P, R - 1>(w, x, row, rest, panel, y);
    }
  }
}

/// P panels for all rows; the panels' weights stay in the nearest cache meanwhile.
template <class F, int P>
void network_panels(const FloatLayer& w, FloatRows x, std::size_t rows, std::size_t panel, FloatRows y) {
  constexpr std::size_t kRows = F::kTileRows;
  std::size_t row = 0;
  for (; row + kRows <= rows; row += kRows) network_tile<F, static_cast<int>(kRows), P>(w, x, row, panel, y);
  network_rest<F, P, static_cast<int>(kRows) - 1>(w, x, row, rows - row, panel, y);
}

template <class F, int P>
PELTON_LANE void network_last_panels(const FloatLayer& w, FloatRows x, std::size_t rows, std::size_t panel,
                                     std::size_t count, FloatRows y) {
  if constexpr (P > 0) {
    if (count == P) {
      network_panels<F, P>(w, x, rows, panel, y);
    } else {
      network_last_panels<F, P - 1>(w, x, rows, panel, count, y);
    }
  }
}

template <class F>
PELTON_LANE void layer_panels(const FloatLayer& w, FloatRows x, std::size_t rows, FloatRows y) {
  const std::size_t panels = (w.out + kFloatLanes - 1) / kFloatLanes;
  std::size_t panel = 0;
  if (rows == 1) {
    // A single row has no other work to hide an fma's latency behind than further panels.
    constexpr std::size_t kWide = F::kSingleRowPanels;
    for (; panel + kWide <= panels; panel += kWide) network_tile<F, 1, static_cast<int>(kWide)>(w, x, 0, panel, y);
  }
  constexpr std::size_t kPanels = F::kTilePanels;
  for (; panel + kPanels <= panels; panel += kPanels) {
    network_panels<F, static_cast<int>(kPanels)>(w, x, rows, panel, y);
  }
  network_last_panels<F, static_cast<int>(kPanels) - 1>(w, x, rows, panel, panels - panel, y);
}

template <class F>
PELTON_LANE void layer_dots(const FloatLayer& w, FloatRows x, std::size_t rows, FloatRows y) {
  const std::size_t whole = w.in / kFloatLanes * kFloatLanes;
  const bool relu = w.activation.op == UnaryOp::relu;
  for (std::size_t row = 0; row < rows; ++row) {
    const float* in = x.data + row * x.stride;
    const float* weights = w.weights;
    float* out = y.data + row * y.stride;
    F::all(0.0F).store(out);
    for (std::size_t output = 0; output < w.out; ++output, weights += whole_float_lanes(w.in)) {
      F acc = F::all(0.0F);
      std::size_t k = 0;
      for (; k < whole; k += kFloatLanes) acc = fma(F::load(in + k), F::load(weights + k), acc);
      if (k < w.in) acc = fma(F::load(in + k, w.in - k), F::load(weights + k), acc);
      const float total = sum(acc) + w.bias[output];
      out[output] = relu && 0.0F > total ? 0.0F : total;
    }
  }
}

/// Whether there is more to do than the layer's own kernel does.
[[gnu::always_inline]] inline bool has_function(const Activation& f) {
  return f.op != UnaryOp::identity && f.op != UnaryOp::relu;
}

/// An activation calculated in double and rounded.
template <class V, class F>
PELTON_LANE void activate(const Activation& f, float* values, std::size_t count) {
  constexpr std::size_t kTogether = 128;
  alignas(64) double wide[kTogether];
  for (std::size_t first = 0; first < count; first += kTogether) {
    const std::size_t n = count - first < kTogether ? count - first : kTogether;
    for (std::size_t i = 0; i < n; i += 8) V::load(values + first + i).store(wide + i);
    apply_unary<V>(f, {wide, n}, 1, n, {wide, n});
    for (std::size_t i = 0; i < n; i += kFloatLanes) F::load(wide + i).store(values + first + i);
  }
}

template <class F>
PELTON_LANE void narrow(Input x, std::size_t rows, std::size_t cols, FloatRows y) {
  for (std::size_t r = 0; r < rows; ++r) {
    const double* in = x.data + r * x.stride;
    float* out = y.data + r * y.stride;
    std::size_t c = 0;
    for (; c + kFloatLanes <= cols; c += kFloatLanes) F::load(in + c).store(out + c);
    if (c < cols) F::load(in + c, cols - c).store(out + c);
  }
}

template <class V>
PELTON_LANE void widen(FloatRows x, std::size_t rows, std::size_t cols, Output y) {
  for (std::size_t r = 0; r < rows; ++r) {
    const float* in = x.data + r * x.stride;
    double* out = y.data + r * y.stride;
    std::size_t c = 0;
    for (; c + 8 <= cols; c += 8) canonical(V::load(in + c)).store(out + c);
    if (c < cols) canonical(V::load(in + c)).store(out + c, cols - c);
  }
}

template <class V, class F>
void apply_float_network(const FloatNetwork& net, Input x, std::size_t rows, Output y, double* scratch) {
  const std::size_t together = rows < kNetworkRows ? rows : kNetworkRows;
  float* const halves[] = {reinterpret_cast<float*>(scratch),
                           reinterpret_cast<float*>(scratch) + together * net.widest};
  for (std::size_t first = 0; first < rows; first += together) {
    const std::size_t count = rows - first < together ? rows - first : together;
    FloatRows values{halves[0], whole_float_lanes(net.layers[0].in)};
    narrow<F>({x.data + first * x.stride, x.stride}, count, net.layers[0].in, values);
    for (std::size_t i = 0; i < net.count; ++i) {
      const FloatLayer& layer = net.layers[i];
      const FloatRows next{halves[(i + 1) % 2], whole_float_lanes(layer.out)};
      if (layer.dots) {
        layer_dots<F>(layer, values, count, next);
      } else {
        layer_panels<F>(layer, values, count, next);
      }
      if (i + 1 < net.count && has_function(layer.activation)) {
        activate<V, F>(layer.activation, next.data, count * next.stride);
      }
      values = next;
    }
    const FloatLayer& last = net.layers[net.count - 1];
    const Output out{y.data + first * y.stride, y.stride};
    widen<V>(values, count, last.out, out);
    if (has_function(last.activation)) apply_unary<V>(last.activation, {out.data, out.stride}, count, last.out, out);
  }
}

}  // namespace pelton::math
