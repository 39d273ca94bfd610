#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "math/lane_inline.hpp"

/// Sixteen floats worked on side by side, for any machine: what lanes_scalar.hpp is for eight doubles, and
/// the same promise. Included by kernels_scalar.cpp only.
namespace pelton::math {
namespace {

struct FloatMask {
  bool set[16];
};

struct FloatLanes {
  float v[16];

  static constexpr std::size_t kTileRows = 2;  ///< rows by panels whose sums stay in registers
  static constexpr std::size_t kTilePanels = 2;
  static constexpr std::size_t kSingleRowPanels = 2;  ///< panels that hide an fma's latency for one row

  PELTON_LANE static FloatLanes all(float x) {
    FloatLanes r;
    for (float& lane : r.v) lane = x;
    return r;
  }
  PELTON_LANE static FloatLanes load(const float* p) {
    FloatLanes r;
    std::memcpy(r.v, p, sizeof r.v);
    return r;
  }
  /// The first n < 16 values, zeros behind; reads no more than those.
  PELTON_LANE static FloatLanes load(const float* p, std::size_t n) {
    FloatLanes r{};
    for (std::size_t i = 0; i < n; ++i) r.v[i] = p[i];
    return r;
  }
  /// Each rounded to the nearest float, ties to even.
  PELTON_LANE static FloatLanes load(const double* p) {
    FloatLanes r;
    for (int i = 0; i < 16; ++i) r.v[i] = static_cast<float>(p[i]);
    return r;
  }
  PELTON_LANE static FloatLanes load(const double* p, std::size_t n) {
    FloatLanes r{};
    for (std::size_t i = 0; i < n; ++i) r.v[i] = static_cast<float>(p[i]);
    return r;
  }
  PELTON_LANE void store(float* p) const { std::memcpy(p, v, sizeof v); }

  template <class F>
  PELTON_LANE static FloatLanes each(FloatLanes a, FloatLanes b, F f) {
    for (int i = 0; i < 16; ++i) a.v[i] = f(a.v[i], b.v[i]);
    return a;
  }
  PELTON_LANE friend FloatLanes operator+(FloatLanes a, FloatLanes b) {
    return each(a, b, [](float x, float y) { return x + y; });
  }
  PELTON_LANE friend FloatLanes operator-(FloatLanes a, FloatLanes b) {
    return each(a, b, [](float x, float y) { return x - y; });
  }
  PELTON_LANE friend FloatLanes operator*(FloatLanes a, FloatLanes b) {
    return each(a, b, [](float x, float y) { return x * y; });
  }
  PELTON_LANE friend FloatMask operator<(FloatLanes a, FloatLanes b) {
    FloatMask m;
    for (int i = 0; i < 16; ++i) m.set[i] = a.v[i] < b.v[i];
    return m;
  }
};

/// a·b + c, rounded once.
PELTON_LANE FloatLanes fma(FloatLanes a, FloatLanes b, FloatLanes c) {
  for (int i = 0; i < 16; ++i) a.v[i] = __builtin_fmaf(a.v[i], b.v[i], c.v[i]);
  return a;
}
/// a > b ? a : b: the second where either is NaN.
PELTON_LANE FloatLanes max(FloatLanes a, FloatLanes b) {
  return FloatLanes::each(a, b, [](float x, float y) { return x > y ? x : y; });
}
PELTON_LANE FloatLanes select(FloatMask m, FloatLanes a, FloatLanes b) {
  for (int i = 0; i < 16; ++i) a.v[i] = m.set[i] ? a.v[i] : b.v[i];
  return a;
}
PELTON_LANE FloatLanes round(FloatLanes a) {
  for (float& x : a.v) x = __builtin_nearbyintf(x);
  return a;
}

/// 2^k for whole k in [-126, 127]: the biased exponent is counted up in the low bits of a float.
PELTON_LANE FloatLanes power_of_two(FloatLanes k) {
  for (float& x : k.v) {
    const float counted = x + (0x1.8p23F + 127);
    std::uint32_t bits;
    std::memcpy(&bits, &counted, sizeof bits);
    bits <<= 23;
    std::memcpy(&x, &bits, sizeof bits);
  }
  return k;
}

/// Halves joined again and again: lane i and i + 8, then i + 4, i + 2, i + 1: the one order in which lanes are
/// summed.
PELTON_LANE float sum(FloatLanes a) {
  for (int half = 8; half > 0; half /= 2) {
    for (int i = 0; i < half; ++i) a.v[i] += a.v[i + half];
  }
  return a.v[0];
}

}  // namespace
}  // namespace pelton::math
