#pragma once

#include <cstdint>

#include "math/lane_inline.hpp"

/// Elementary functions on eight doubles, written once over the lane type V of lanes_*.hpp.
///
/// Largest error seen against 80-bit references, in units of the last place (the tests hold the
/// bounds): exp 0.9, expm1 1.3, log 0.9, log1p 1.0, tanh 2, sigmoid 1.7, softplus 2, erf 1, pow 0.6.
/// Denormals, infinities, signed zeros and NaN are right everywhere; NaN stays NaN, its payload is
/// settled by canonical(). Polynomials are minimax fits (Remez exchange in 200-bit arithmetic).
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

/// 2^k for whole k in [-1022, 1023]: the biased exponent is counted up in the low bits of a double.
template <class V>
PELTON_LANE V power_of_two(V k) {
  return bits_left(k + V::all(0x1.8p52 + 1023), 52);
}

/// p · 2^k rounded once, for whole k in [-2044, 2046] and |p| near 1.
template <class V>
PELTON_LANE V scale(V p, V k) {
  const V half = floor(k * V::all(0.5));
  return p * power_of_two(half) * power_of_two(k - half);
}

/// x = k ln2 + r, |r| <= ln2 / 2 (Cody and Waite; the subtraction of the high part is exact).
template <class V>
struct Reduced {
  V k;
  V r;
};
template <class V>
PELTON_LANE Reduced<V> reduce_by_ln2(V x) {
  const V k = round(x * V::all(kLog2E));
  return {k, fnma(k, V::all(kLn2Low), fnma(k, V::all(kLn2High), x))};
}

template <class V>
PELTON_LANE V exp(V x) {
  static constexpr double kFit[] = {0x1.000000000000bp-1,  0x1.5555555555561p-3,  0x1.5555555550031p-5,
                                    0x1.111111110d61ap-7,  0x1.6c16c185a7250p-10, 0x1.a01a01baed010p-13,
                                    0x1.a019969406ca2p-16, 0x1.71dddfb50b117p-19, 0x1.28b048f1f2346p-22,
                                    0x1.af85a974786aep-26};  // (e^r - 1 - r) / r², 2^-58
  // Beyond these the result is 0 or infinity anyway; NaN passes, being the second argument.
  const V bounded = max(V::all(-746.0), min(V::all(710.0), x));
  const auto [k, r] = reduce_by_ln2(bounded);
  return scale(V::all(1.0) + fma(r * r, polynomial(r, kFit), r), k);
}

template <class V>
PELTON_LANE V expm1(V x) {
  static constexpr double kFit[] = {0x1.0000000000000p-1,  0x1.555555555555cp-3,  0x1.555555555555ep-5,
                                    0x1.111111110ebb3p-7,  0x1.6c16c16c135d8p-10, 0x1.a01a01b3bb0e1p-13,
                                    0x1.a01a01b440d1fp-16, 0x1.71ddef93ef14dp-19, 0x1.27e4bf57e136bp-22,
                                    0x1.af6cccafc7e61p-26, 0x1.1f9db82bcca71p-29};  // as in exp, 2^-64
  const V bounded = max(V::all(-40.0), min(V::all(710.0), x));
  const auto [k, r] = reduce_by_ln2(bounded);
  const V e = fma(r * r, polynomial(r, kFit), r);
  const V power = power_of_two(min(k, V::all(1000.0)));
  const V near = fma(power, e, power - V::all(1.0));
  const V far = scale(V::all(1.0) + e, k);  // the 1 is far below its last place
  const V y = select(k > V::all(60.0), far, near);
  return select(abs(x) < V::all(0x1p-54), x, y);
}

/// A positive finite number as 2^k · (1 + f), 1 + f in [√½, √2).
template <class V>
struct Split {
  V k;
  V f;
};
template <class V>
PELTON_LANE Split<V> split_exponent(V x) {
  constexpr std::uint64_t kOne = 0x3FF0000000000000;
  constexpr std::uint64_t kRootHalf = 0x3FE6A09E667F3BCD;
  const auto denormal = x < V::all(0x1p-1022);
  const V normal = select(denormal, x * V::all(0x1p54), x);
  const V shifted = bits_add(normal, kOne - kRootHalf);
  const V exponent = bit_or(bits_right(shifted, 52), V::all(0x1p52)) - V::all(0x1p52 + 1023);
  const V m = bits_add(bit_and(shifted, 0x000FFFFFFFFFFFFF), kRootHalf);
  return {select(denormal, exponent - V::all(54.0), exponent), m - V::all(1.0)};
}

/// log of a positive normal argument given as k, f and a small `correction` to the logarithm.
/// log(1+f) = f − (f²/2 − s (f²/2 + R)), s = f / (2+f) (fdlibm's arrangement of the atanh series).
template <class V>
PELTON_LANE V log_of_split(V k, V f, V correction) {
  static constexpr double kFit[] = {0x1.5555555555555p-1, 0x1.9999999999dfep-2, 0x1.249249242b49ep-2,
                                    0x1.c71c7258f59b3p-3, 0x1.745cde37b1586p-3, 0x1.3b20ab437388ap-3,
                                    0x1.0f5ccebef03cdp-3, 0x1.0f62e4d4fd1cfp-3};  // 2 (atanh(s)/s − 1)/s² in s²
  const V s = f / (V::all(2.0) + f);
  const V z = s * s;
  const V rest = z * polynomial(z, kFit);
  const V half_square = V::all(0.5) * f * f;
  const V low = fma(k, V::all(kLn2Low), correction);
  return fma(k, V::all(kLn2High), f - (half_square - fma(s, half_square + rest, low)));
}

template <class V>
PELTON_LANE V log(V x) {
  const auto [k, f] = split_exponent(x);
  V y = log_of_split(k, f, V::all(0.0));
  y = select(x == V::all(0.0), V::all(-kInfinity), y);
  y = select(x == V::all(kInfinity), x, y);
  return select(V::all(0.0) <= x, y, V::all(kQuietNan));
}

template <class V>
PELTON_LANE V log1p(V x) {
  const V u = V::all(1.0) + x;
  // What the addition lost, as a correction to log(u); exact by Sterbenz.
  const V lost = select(u < V::all(2.0), x - (u - V::all(1.0)), V::all(1.0) - (u - x));
  const auto [k, f] = split_exponent(u);
  const auto small = k == V::all(0.0);
  const V correction = select(small, V::all(0.0), lost / u);
  V y = log_of_split(k, select(small, x, f), correction);
  y = select(x == V::all(0.0), x, y);
  y = select(x == V::all(-1.0), V::all(-kInfinity), y);
  y = select(x == V::all(kInfinity), x, y);
  return select(V::all(-1.0) <= x, y, V::all(kQuietNan));
}

template <class V>
PELTON_LANE V tanh(V x) {
  const V twice = V::all(2.0) * min(V::all(20.0), abs(x));
  const V t = expm1(twice);
  return copy_sign(t / (t + V::all(2.0)), x);
}

template <class V>
PELTON_LANE V sigmoid(V x) {
  const V e = exp(negate(abs(x)));
  return select(x < V::all(0.0), e, V::all(1.0)) / (V::all(1.0) + e);
}

template <class V>
PELTON_LANE V softplus(V x) {
  return max(V::all(0.0), x) + log1p(exp(negate(abs(x))));
}

template <class V>
PELTON_LANE V erf(V x) {
  static constexpr double kNear[] = {0x1.06eba8214db69p-3,   -0x1.812746b0379e6p-2,  0x1.ce2f21a042b34p-4,
                                     -0x1.b82ce31284f38p-6,  0x1.565bcd0dbd920p-8,   -0x1.c02db3db49905p-11,
                                     0x1.f9a321e4be396p-14,  -0x1.f4d1e4355e24fp-17, 0x1.b9df3066e20fep-20,
                                     -0x1.5f1f41608c1ffp-23, 0x1.f7b9a24bdfaf0p-27,  -0x1.38ac32d8ed106p-30,
                                     0x1.0627890b92f43p-34};  // erf(x)/x − 1 in x², |x| <= 1, 2^-62
  static constexpr double kFar[] = {
      0x1.058671b52c776p-2,   -0x1.b57034efd3f72p-2, 0x1.eeea7dc8a78c2p-3,   -0x1.437f0b68c1070p-4,
      0x1.e94715971f394p-9,   0x1.ca95ed543e34bp-8,  -0x1.bc25a398eaad2p-11, -0x1.016b5bf04b250p-10,
      0x1.6d5d0598ed5d6p-15,  0x1.6da6e9b9c3693p-13, 0x1.cde7ba82947a3p-16,  -0x1.cd298b1057db4p-16,
      -0x1.cfe8c820fc4e2p-17, 0x1.fc1dbbbe88e90p-21, 0x1.294cfe210c918p-19};  // erfc(x) e^(x²) in (x−2)/(x+2)
  const V a = min(V::all(6.0), abs(x));
  const V near = fma(a, polynomial(a * a, kNear), a);
  const V t = (a - V::all(2.0)) / (a + V::all(2.0));
  const V far = fnma(exp(negate(a * a)), polynomial(t, kFar), V::all(1.0));
  return copy_sign(select(a < V::all(1.0), near, far), x);
}

/// log(x) of a positive finite x as an unevaluated sum, good to about 2^-65 of its size.
template <class V>
struct Sum {
  V high;
  V low;
};
template <class V>
PELTON_LANE Sum<V> log_in_two(V x) {
  static constexpr double kFit[] = {0x1.9999999999996p-3, 0x1.2492492493033p-3, 0x1.c71c71c5808c6p-4,
                                    0x1.745d183246845p-4, 0x1.3b1362b85960fp-4, 0x1.1120b563e9328p-4,
                                    0x1.de33772407ce4p-5, 0x1.eb110168126b7p-5};  // ((atanh(s)/s − 1)/s² − 1/3)/s²
  const V third = V::all(0x1.5555555555555p-2), third_low = V::all(0x1.5555555555555p-56);
  const auto [k, f] = split_exponent(x);
  const V d = f + V::all(2.0);
  const V d_low = f - (d - V::all(2.0));
  const V s = f / d;
  const V s_low = fnma(s, d_low, fnma(s, d, f)) / d;
  const V z = s * s;
  const V z_low = fma(s + s, s_low, fma(s, s, negate(z)));
  const V w = fma(z, polynomial(z, kFit), third_low);
  const V g = third + w;
  const V g_low = w - (g - third);
  const V t = s * z;
  const V t_low = fma(s_low, z, fma(s, z_low, fma(s, z, negate(t))));
  const V u = t * g;
  const V u_low = fma(t_low, g, fma(t, g_low, fma(t, g, negate(u))));
  const V h = s + u;
  const V h_low = ((s - h) + u) + (u_low + s_low);
  const V k_ln2 = k * V::all(kLn2High);
  const V high = fma(V::all(2.0), h, k_ln2);
  const V low = fma(V::all(2.0), h, k_ln2 - high) + fma(k, V::all(kLn2Low), h_low + h_low);
  const V total = high + low;
  return {total, low - (total - high)};
}

/// x^y with the special cases of IEEE 754 `pow`.
template <class V>
PELTON_LANE V pow(V x, V y) {
  static constexpr double kFit[] = {0x1.0000000000000p-1,  0x1.555555555555cp-3,  0x1.555555555555ep-5,
                                    0x1.111111110ebb3p-7,  0x1.6c16c16c135d8p-10, 0x1.a01a01b3bb0e1p-13,
                                    0x1.a01a01b440d1fp-16, 0x1.71ddef93ef14dp-19, 0x1.27e4bf57e136bp-22,
                                    0x1.af6cccafc7e61p-26, 0x1.1f9db82bcca71p-29};
  const V zero = V::all(0.0), one = V::all(1.0), infinity = V::all(kInfinity);
  const V a = abs(x);
  const auto [l, l_low] = log_in_two(a);
  V p = y * l;
  V p_low = fma(y, l_low, fma(y, l, negate(p)));
  p = select(a == zero, y * V::all(-kInfinity), p);
  p = select(a == infinity, y * infinity, p);
  p_low = select(abs(p) < V::all(800.0), p_low, zero);
  p = max(V::all(-746.0), min(V::all(710.0), p));
  const auto [k, r_high] = reduce_by_ln2(p);
  // The reduction's own rounding, and the product's low part.
  const V exact = fnma(k, V::all(kLn2High), p);
  const V r_low = fnma(k, V::all(kLn2Low), exact - r_high) + p_low;
  const V r = r_high + r_low;
  V result = scale(one + fma(r * r, polynomial(r, kFit), r), k);

  const auto whole = trunc(y) == y;
  const V half = y * V::all(0.5);
  const auto odd = whole & ~(trunc(half) == half);
  result = select((x < zero) & (V::all(-kInfinity) < x) & ~whole, V::all(kQuietNan), result);
  result = select(odd & (copy_sign(one, x) < zero), negate(result), result);
  result = select((a == one) & (abs(y) == infinity), one, result);
  result = select((x == x) & (y == y), result, V::all(kQuietNan));
  return select((x == one) | (y == zero), one, result);
}

}  // namespace pelton::math
