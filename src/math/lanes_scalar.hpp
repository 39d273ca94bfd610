#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "math/lane_inline.hpp"

/// Eight doubles worked on side by side, for any machine. The other lanes_*.hpp give the same names
/// with vector registers: an algorithm written once over `Lanes` has the same bits on all of them,
/// because every operation here is one correctly rounded IEEE 754 operation a lane, and the sums
/// over lanes have one fixed order. Included by kernels_scalar.cpp only.
///
/// All in an anonymous namespace: what is compiled for one instruction set must not be linked into
/// the code of another.
namespace pelton::math {
namespace {

struct Mask {
  std::uint64_t bits[8];
  PELTON_LANE friend Mask operator&(Mask a, Mask b) {
    for (int i = 0; i < 8; ++i) a.bits[i] &= b.bits[i];
    return a;
  }
  PELTON_LANE friend Mask operator|(Mask a, Mask b) {
    for (int i = 0; i < 8; ++i) a.bits[i] |= b.bits[i];
    return a;
  }
  PELTON_LANE friend Mask operator~(Mask a) {
    for (int i = 0; i < 8; ++i) a.bits[i] = ~a.bits[i];
    return a;
  }
  PELTON_LANE static Mask first(std::size_t n) {
    Mask m{};
    for (std::size_t i = 0; i < 8; ++i) m.bits[i] = i < n ? ~std::uint64_t{0} : 0;
    return m;
  }
};

struct Lanes {
  double v[8];

  static constexpr std::size_t kTileRows = 2;  ///< rows by panels whose sums stay in registers
  static constexpr std::size_t kTilePanels = 2;
  static constexpr std::size_t kSingleRowPanels = 2;  ///< panels that hide an fma's latency for one row

  PELTON_LANE static Lanes all(double x) { return {{x, x, x, x, x, x, x, x}}; }
  PELTON_LANE static Lanes load(const double* p) {
    Lanes r;
    std::memcpy(r.v, p, sizeof r.v);
    return r;
  }
  PELTON_LANE static Lanes load(const float* p) {
    Lanes r;
    for (int i = 0; i < 8; ++i) r.v[i] = static_cast<double>(p[i]);
    return r;
  }
  /// The first n < 8 values, zeros behind; reads no more than those.
  PELTON_LANE static Lanes load(const double* p, std::size_t n) {
    Lanes r{};
    for (std::size_t i = 0; i < n; ++i) r.v[i] = p[i];
    return r;
  }
  PELTON_LANE void store(double* p) const { std::memcpy(p, v, sizeof v); }
  PELTON_LANE void store(double* p, std::size_t n) const {
    for (std::size_t i = 0; i < n; ++i) p[i] = v[i];
  }

  template <class F>
  PELTON_LANE static Lanes each(Lanes a, F f) {
    for (double& x : a.v) x = f(x);
    return a;
  }
  template <class F>
  PELTON_LANE static Lanes each(Lanes a, Lanes b, F f) {
    for (int i = 0; i < 8; ++i) a.v[i] = f(a.v[i], b.v[i]);
    return a;
  }
  template <class F>
  PELTON_LANE static Mask ask(Lanes a, Lanes b, F f) {
    Mask m;
    for (int i = 0; i < 8; ++i) m.bits[i] = f(a.v[i], b.v[i]) ? ~std::uint64_t{0} : 0;
    return m;
  }

  PELTON_LANE friend Lanes operator+(Lanes a, Lanes b) {
    return each(a, b, [](double x, double y) { return x + y; });
  }
  PELTON_LANE friend Lanes operator-(Lanes a, Lanes b) {
    return each(a, b, [](double x, double y) { return x - y; });
  }
  PELTON_LANE friend Lanes operator*(Lanes a, Lanes b) {
    return each(a, b, [](double x, double y) { return x * y; });
  }
  PELTON_LANE friend Lanes operator/(Lanes a, Lanes b) {
    return each(a, b, [](double x, double y) { return x / y; });
  }
  PELTON_LANE friend Mask operator<(Lanes a, Lanes b) {
    return ask(a, b, [](double x, double y) { return x < y; });
  }
  PELTON_LANE friend Mask operator<=(Lanes a, Lanes b) {
    return ask(a, b, [](double x, double y) { return x <= y; });
  }
  PELTON_LANE friend Mask operator>(Lanes a, Lanes b) { return b < a; }
  PELTON_LANE friend Mask operator>=(Lanes a, Lanes b) { return b <= a; }
  PELTON_LANE friend Mask operator==(Lanes a, Lanes b) {
    return ask(a, b, [](double x, double y) { return x == y; });
  }
};

/// a·b + c, rounded once.
PELTON_LANE Lanes fma(Lanes a, Lanes b, Lanes c) {
  for (int i = 0; i < 8; ++i) a.v[i] = __builtin_fma(a.v[i], b.v[i], c.v[i]);
  return a;
}
/// c − a·b, rounded once.
PELTON_LANE Lanes fnma(Lanes a, Lanes b, Lanes c) {
  for (int i = 0; i < 8; ++i) a.v[i] = __builtin_fma(-a.v[i], b.v[i], c.v[i]);
  return a;
}
/// a < b ? a : b: the second where either is NaN.
PELTON_LANE Lanes min(Lanes a, Lanes b) {
  return Lanes::each(a, b, [](double x, double y) { return x < y ? x : y; });
}
/// a > b ? a : b: the second where either is NaN.
PELTON_LANE Lanes max(Lanes a, Lanes b) {
  return Lanes::each(a, b, [](double x, double y) { return x > y ? x : y; });
}
PELTON_LANE Lanes select(Mask m, Lanes a, Lanes b) {
  for (int i = 0; i < 8; ++i) a.v[i] = m.bits[i] != 0 ? a.v[i] : b.v[i];
  return a;
}
PELTON_LANE Lanes sqrt(Lanes a) {
  return Lanes::each(a, [](double x) { return __builtin_sqrt(x); });
}
PELTON_LANE Lanes round(Lanes a) {
  return Lanes::each(a, [](double x) { return __builtin_nearbyint(x); });
}
PELTON_LANE Lanes floor(Lanes a) {
  return Lanes::each(a, [](double x) { return __builtin_floor(x); });
}
PELTON_LANE Lanes ceil(Lanes a) {
  return Lanes::each(a, [](double x) { return __builtin_ceil(x); });
}
PELTON_LANE Lanes trunc(Lanes a) {
  return Lanes::each(a, [](double x) { return __builtin_trunc(x); });
}
PELTON_LANE Lanes to_float(Lanes a) {
  return Lanes::each(a, [](double x) { return static_cast<double>(static_cast<float>(x)); });
}

PELTON_LANE std::uint64_t bits_of(double x) {
  std::uint64_t u;
  std::memcpy(&u, &x, sizeof u);
  return u;
}
PELTON_LANE double double_of(std::uint64_t u) {
  double x;
  std::memcpy(&x, &u, sizeof x);
  return x;
}
PELTON_LANE Lanes bit_and(Lanes a, std::uint64_t mask) {
  return Lanes::each(a, [mask](double x) { return double_of(bits_of(x) & mask); });
}
PELTON_LANE Lanes bit_or(Lanes a, Lanes b) {
  return Lanes::each(a, b, [](double x, double y) { return double_of(bits_of(x) | bits_of(y)); });
}
PELTON_LANE Lanes bit_xor(Lanes a, Lanes b) {
  return Lanes::each(a, b, [](double x, double y) { return double_of(bits_of(x) ^ bits_of(y)); });
}
/// Sum and difference of the bit patterns, as 64-bit integers.
PELTON_LANE Lanes bits_add(Lanes a, std::uint64_t b) {
  return Lanes::each(a, [b](double x) { return double_of(bits_of(x) + b); });
}
PELTON_LANE Lanes bits_left(Lanes a, int by) {
  return Lanes::each(a, [by](double x) { return double_of(bits_of(x) << by); });
}
PELTON_LANE Lanes bits_right(Lanes a, int by) {
  return Lanes::each(a, [by](double x) { return double_of(bits_of(x) >> by); });
}

/// 2^k for whole k in [-1022, 1023]: the biased exponent is counted up in the low bits of a double.
PELTON_LANE Lanes power_of_two(Lanes k) { return bits_left(k + Lanes::all(0x1.8p52 + 1023), 52); }
/// p · 2^k rounded once, for whole k in [-2044, 2046] and |p| near 1.
PELTON_LANE Lanes scale(Lanes p, Lanes k) {
  const Lanes half = floor(k * Lanes::all(0.5));
  return p * power_of_two(half) * power_of_two(k - half);
}

/// ((v0+v4)+(v2+v6)) + ((v1+v5)+(v3+v7)): the one order in which lanes are summed.
PELTON_LANE double sum(Lanes a) {
  return ((a.v[0] + a.v[4]) + (a.v[2] + a.v[6])) + ((a.v[1] + a.v[5]) + (a.v[3] + a.v[7]));
}

/// Lane r of the result is sum(rows[r]).
PELTON_LANE Lanes sum_each(const Lanes (&rows)[8]) {
  Lanes r;
  for (int i = 0; i < 8; ++i) r.v[i] = sum(rows[i]);
  return r;
}

}  // namespace
}  // namespace pelton::math
