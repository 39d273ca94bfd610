#pragma once

#include "math/lane_exp.hpp"

/// The logarithm's family on eight doubles, over the lane type V of lanes_*.hpp; errors as in
/// lane_exp.hpp: log 0.85, log1p 0.9, softplus 1.6, pow 0.8, erf 1.1.
namespace pelton::math {

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

/// log(x) of a positive finite x, good to about 2^-65 of its size.
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
  const V zero = V::all(0.0), one = V::all(1.0), infinity = V::all(kInfinity);
  const V a = abs(x);
  const auto [l, l_low] = log_in_two(a);
  V p = y * l;
  V p_low = fma(y, l_low, fma(y, l, negate(p)));
  p = select(a == zero, y * V::all(-kInfinity), p);
  p = select(a == infinity, y * infinity, p);
  p_low = select(abs(p) < V::all(800.0), p_low, zero);
  p = max(V::all(-746.0), min(V::all(710.0), p));
  const auto [k, r_high, r_low] = reduce_by_ln2(p);
  const V r = r_high + p_low;
  const V rest = ((r_high - r) + p_low) + r_low;
  V result = scale(one_plus(r, rest, polynomial(r, kExpFit)), k);

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
