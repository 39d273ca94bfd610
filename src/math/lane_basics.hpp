#pragma once

#include <cstdint>

#include "math/lane_inline.hpp"

/// Small things on eight doubles that the kernels share, over the lane type V of lanes_*.hpp.
namespace pelton::math {

inline constexpr double kInfinity = __builtin_inf();
inline constexpr double kQuietNan = __builtin_nan("");
inline constexpr std::uint64_t kSignBit = 0x8000000000000000;
inline constexpr std::uint64_t kAllButSign = 0x7FFFFFFFFFFFFFFF;
inline constexpr double kLn2High = 0x1.62e42feep-1;  ///< 32 bits: k · kLn2High is exact
inline constexpr double kLn2Low = 0x1.a39ef35793c76p-33;
inline constexpr double kLog2E = 0x1.71547652b82fep+0;

template <class V>
PELTON_LANE V abs(V x) {
  return bit_and(x, kAllButSign);
}

template <class V>
PELTON_LANE V negate(V x) {
  return bit_xor(x, V::all(-0.0));
}

/// |x| with the sign of `sign`.
template <class V>
PELTON_LANE V copy_sign(V x, V sign) {
  return bit_or(abs(x), bit_and(sign, kSignBit));
}

/// Every NaN becomes the one positive quiet NaN: which payload and sign an operation hands on is
/// the processor's choice, and differs between scalar and vector code.
template <class V>
PELTON_LANE V canonical(V x) {
  return select(x == x, x, V::all(kQuietNan));
}

/// Horner's rule, coefficients from the constant up.
template <class V, int N>
PELTON_LANE V polynomial(V x, const double (&coefficients)[N]) {
  V p = V::all(coefficients[N - 1]);
#pragma GCC unroll 20
  for (int i = N - 2; i >= 0; --i) p = fma(p, x, V::all(coefficients[i]));
  return p;
}

}  // namespace pelton::math
