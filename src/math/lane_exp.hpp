#pragma once

#include "math/lane_basics.hpp"

/// The exponential's family on eight doubles, over the lane type V of lanes_*.hpp.
///
/// Errors against 80-bit references, in units of the last place (the tests hold these bounds):
/// exp 0.85, expm1 1.2, tanh 0.95, sigmoid 1.5. Denormals, infinities, signed zeros and NaN are
/// right; NaN stays NaN, its payload is settled by canonical(). Polynomials are minimax fits (Remez
/// exchange in 200-bit arithmetic).
namespace pelton::math {

/// x = k ln2 + r + low, |r| <= ln2 / 2, low the rounding of r (Cody and Waite; the subtraction of
/// the high part is exact).
template <class V>
struct Reduced {
  V k;
  V r;
  V low;
};
template <class V>
PELTON_LANE Reduced<V> reduce_by_ln2(V x) {
  const V k = round(x * V::all(kLog2E));
  const V exact = fnma(k, V::all(kLn2High), x);
  const V r = fnma(k, V::all(kLn2Low), exact);
  return {k, r, fnma(k, V::all(kLn2Low), exact - r)};
}

/// 1 + r + rest + r² p for |r| < 1 and a rest far smaller, rounded about once.
template <class V>
PELTON_LANE V one_plus(V r, V rest, V p) {
  const V high = V::all(1.0) + r;
  return high + fma(r * r, p, ((V::all(1.0) - high) + r) + rest);
}

template <class V>
PELTON_LANE V exp(V x) {
  static constexpr double kFit[] = {0x1.000000000000bp-1,  0x1.5555555555561p-3,  0x1.5555555550031p-5,
                                    0x1.111111110d61ap-7,  0x1.6c16c185a7250p-10, 0x1.a01a01baed010p-13,
                                    0x1.a019969406ca2p-16, 0x1.71dddfb50b117p-19, 0x1.28b048f1f2346p-22,
                                    0x1.af85a974786aep-26};  // (e^r - 1 - r) / r², 2^-58
  // Beyond these the result is 0 or infinity anyway; NaN passes, being the second argument.
  const V bounded = max(V::all(-746.0), min(V::all(710.0), x));
  const auto [k, r, low] = reduce_by_ln2(bounded);
  return scale(one_plus(r, low, polynomial(r, kFit)), k);
}

/// (e^r − 1 − r) / r² as in exp, to 2^-64.
inline constexpr double kExpFit[] = {0x1.0000000000000p-1,  0x1.555555555555cp-3,  0x1.555555555555ep-5,
                                     0x1.111111110ebb3p-7,  0x1.6c16c16c135d8p-10, 0x1.a01a01b3bb0e1p-13,
                                     0x1.a01a01b440d1fp-16, 0x1.71ddef93ef14dp-19, 0x1.27e4bf57e136bp-22,
                                     0x1.af6cccafc7e61p-26, 0x1.1f9db82bcca71p-29};

/// A number as an unevaluated sum, the low part within the rounding of the high one.
template <class V>
struct Sum {
  V high;
  V low;
};

/// a + b where |a| >= |b|.
template <class V>
PELTON_LANE Sum<V> add_smaller(V a, V b) {
  const V high = a + b;
  return {high, (a - high) + b};
}

/// e^x − 1 for x in [-40, 60].
template <class V>
PELTON_LANE Sum<V> expm1_in_two(V x) {
  const auto [k, r, low] = reduce_by_ln2(x);
  const V power = power_of_two(k);
  const V base = power - V::all(1.0);
  const V step = power * r;
  const V high = base + step;
  return add_smaller(high, ((base - high) + step) + power * fma(r * r, polynomial(r, kExpFit), low));
}

template <class V>
PELTON_LANE V expm1(V x) {
  const auto [high, low] = expm1_in_two(max(V::all(-40.0), min(V::all(60.0), x)));
  const V near = select(abs(x) < V::all(0x1p-54), x, high + low);
  return select(V::all(60.0) < x, exp(x), near);  // there the 1 is far below the last place
}

/// (a + a_low) / (b + b_low), rounded about once: one division and a correction.
template <class V>
PELTON_LANE V divide(Sum<V> a, Sum<V> b) {
  const V inverse = V::all(1.0) / b.high;
  const V q = a.high * inverse;
  const V rest = fnma(q, b.high, a.high) + fnma(q, b.low, a.low);
  return fma(rest, inverse, q);
}

template <class V>
PELTON_LANE V tanh(V x) {
  const V a = min(V::all(20.0), abs(x));
  const Sum<V> t = expm1_in_two(a + a);
  // (e^2a − 1) / (e^2a + 1), the denominator's rounding kept.
  const V two = V::all(2.0);
  const V d = t.high + two;
  const V larger = max(t.high, two);
  const V d_low = ((larger - d) + min(t.high, two)) + t.low;
  const V y = divide(t, {d, d_low});
  return copy_sign(select(a < V::all(0x1p-28), a, y), x);
}

template <class V>
PELTON_LANE V sigmoid(V x) {
  const V e = exp(negate(abs(x)));
  const V top = select(x < V::all(0.0), e, V::all(1.0));
  return divide({top, V::all(0.0)}, add_smaller(V::all(1.0), e));
}

}  // namespace pelton::math
