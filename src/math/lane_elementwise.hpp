#pragma once

#include "math/kernel_table.hpp"
#include "math/lane_log.hpp"

/// Kernels that treat every value alone, over the lane type V.
namespace pelton::math {

/// y = f(x) value by value; a tail of fewer than eight columns works on zeros behind them.
template <class V, class F>
PELTON_LANE void map(Input x, std::size_t rows, std::size_t cols, Output y, F f) {
  if (x.stride == cols && y.stride == cols) {
    cols *= rows;
    rows = rows != 0 ? 1 : 0;
  }
  for (std::size_t r = 0; r < rows; ++r) {
    const double* in = x.data + r * x.stride;
    double* out = y.data + r * y.stride;
    std::size_t c = 0;
    for (; c + 8 <= cols; c += 8) canonical(f(V::load(in + c))).store(out + c);
    if (c < cols) canonical(f(V::load(in + c, cols - c))).store(out + c, cols - c);
  }
}

template <class V>
PELTON_LANE V load_spread(Spread s, std::size_t r, std::size_t c) {
  const double* p = s.data + r * s.row_step;
  return s.column_step == 0 ? V::all(*p) : V::load(p + c);
}
template <class V>
PELTON_LANE V load_spread(Spread s, std::size_t r, std::size_t c, std::size_t n) {
  const double* p = s.data + r * s.row_step;
  return s.column_step == 0 ? V::all(*p) : V::load(p + c, n);
}

/// Whether rows of the operand follow each other without a gap, or it is one value.
PELTON_LANE bool flat(Spread s, std::size_t cols) { return s.column_step == 0 ? s.row_step == 0 : s.row_step == cols; }

/// y = f(operands) value by value.
template <class V, class F, class... Spreads>
PELTON_LANE void zip(std::size_t rows, std::size_t cols, Output y, F f, Spreads... operands) {
  if (y.stride == cols && (flat(operands, cols) && ...)) {
    cols *= rows;
    rows = rows != 0 ? 1 : 0;
  }
  for (std::size_t r = 0; r < rows; ++r) {
    double* out = y.data + r * y.stride;
    std::size_t c = 0;
    for (; c + 8 <= cols; c += 8) canonical(f(load_spread<V>(operands, r, c)...)).store(out + c);
    if (c < cols) canonical(f(load_spread<V>(operands, r, c, cols - c)...)).store(out + c, cols - c);
  }
}

template <class V, class M>
PELTON_LANE V truth(M m) {
  return select(m, V::all(1.0), V::all(0.0));
}

/// x toward zero if that lies in [low, high], else `otherwise` (what x86 conversions answer).
template <class V>
PELTON_LANE V truncated(V x, double low, double high, double otherwise) {
  const V t = trunc(x) + V::all(0.0);
  return select((V::all(low) <= t) & (t <= V::all(high)), t, V::all(otherwise));
}

/// The low bits of a whole number, as an unsigned (bias 0) or signed (bias 2^(bits−1)) integer. Exact.
template <class V>
PELTON_LANE V wrapped(V t, double size, double bias) {
  return t - V::all(size) * floor((t + V::all(bias)) / V::all(size));
}

template <class V>
PELTON_LANE V to_int32(V x) {
  return truncated(x, -0x1p31, 0x1p31 - 1, -0x1p31);
}
template <class V>
PELTON_LANE V to_int64(V x) {
  return truncated(x, -0x1p63, 0x1p63 - 1024, -0x1p63);
}
template <class V>
PELTON_LANE V to_uint64(V x) {
  const V t = trunc(x) + V::all(0.0);
  const V y = select(t < V::all(0.0), t + V::all(0x1p64), t);
  const V high = select(t < V::all(0x1p64), y, V::all(0.0));
  return select(V::all(-0x1p63) <= t, high, V::all(0x1p63));
}

/// √2 · winitzki_erfinv(2p − 1), with ONNX Runtime's constants.
template <class V>
PELTON_LANE V probit(V p) {
  const V x = p + p - V::all(1.0);
  const V l = log((V::all(1.0) - x) * (V::all(1.0) + x));
  const V a = V::all(2.0 / (3.14159 * 0.147)) + V::all(0.5) * l;
  const V b = l / V::all(0.147);
  const V root = sqrt(sqrt(a * a - b) - a);
  return V::all(1.41421356) * select(x < V::all(0.0), negate(root), root);
}

template <class V>
void apply_unary(const Activation& f, Input x, std::size_t rows, std::size_t cols, Output y) {
  const V zero = V::all(0.0), one = V::all(1.0), half = V::all(0.5);
  const V alpha = V::all(f.alpha), beta = V::all(f.beta);
  const auto run = [&](auto g) { map<V>(x, rows, cols, y, g); };
  switch (f.op) {
    case UnaryOp::identity: return run([](V v) { return v; });
    case UnaryOp::relu: return run([=](V v) { return max(zero, v); });
    case UnaryOp::leaky_relu: return run([=](V v) { return select(v < zero, alpha * v, v); });
    case UnaryOp::elu: return run([=](V v) { return select(v < zero, alpha * expm1(v), v); });
    case UnaryOp::selu: return run([=](V v) { return beta * select(zero < v, v, alpha * expm1(v)); });
    case UnaryOp::celu: return run([=](V v) { return max(zero, v) + min(zero, alpha * expm1(v / alpha)); });
    case UnaryOp::thresholded_relu: return run([=](V v) { return select(v <= alpha, zero, v); });
    case UnaryOp::sigmoid: return run([](V v) { return sigmoid(v); });
    case UnaryOp::hard_sigmoid: return run([=](V v) { return max(zero, min(one, alpha * v + beta)); });
    case UnaryOp::hard_swish: return run([=](V v) { return v * max(zero, min(one, v / V::all(6.0) + half)); });
    case UnaryOp::tanh: return run([](V v) { return tanh(v); });
    case UnaryOp::softplus: return run([](V v) { return softplus(v); });
    case UnaryOp::softsign: return run([=](V v) { return v / (one + abs(v)); });
    case UnaryOp::mish: return run([](V v) { return v * tanh(softplus(v)); });
    case UnaryOp::gelu: return run([=](V v) { return half * v * (one + erf(v * V::all(0.70710678118654752440))); });
    case UnaryOp::gelu_tanh:
      return run([=](V v) {
        const V inner = V::all(0.79788456080286535588) * (v + V::all(0.044715) * v * v * v);
        return half * v * (one + tanh(inner));
      });
    case UnaryOp::erf: return run([](V v) { return erf(v); });
    case UnaryOp::exp: return run([](V v) { return exp(v); });
    case UnaryOp::expm1: return run([](V v) { return expm1(v); });
    case UnaryOp::log: return run([](V v) { return log(v); });
    case UnaryOp::log1p: return run([](V v) { return log1p(v); });
    case UnaryOp::sqrt: return run([](V v) { return sqrt(v); });
    case UnaryOp::square: return run([](V v) { return v * v; });
    case UnaryOp::abs: return run([](V v) { return abs(v); });
    case UnaryOp::neg: return run([](V v) { return negate(v); });
    case UnaryOp::reciprocal: return run([=](V v) { return one / v; });
    case UnaryOp::sign:
      return run(
          [=](V v) { return select(v < zero, V::all(-1.0), select(zero < v, one, select(v == zero, zero, v))); });
    case UnaryOp::floor: return run([](V v) { return floor(v); });
    case UnaryOp::ceil: return run([](V v) { return ceil(v); });
    case UnaryOp::round: return run([](V v) { return round(v); });
    case UnaryOp::logical_not: return run([=](V v) { return truth<V>(v == zero); });
    case UnaryOp::is_nan: return run([=](V v) { return truth<V>(~(v == v)); });
    case UnaryOp::is_inf:
      return run([=](V v) {
        return select(v == V::all(kInfinity), truth<V>(~(beta == zero)),
                      select(v == V::all(-kInfinity), truth<V>(~(alpha == zero)), zero));
      });
    case UnaryOp::probit: return run([](V v) { return probit(v); });
    case UnaryOp::one_class: return run([=](V v) { return select(zero < v, one, V::all(-1.0)); });
    case UnaryOp::to_float32: return run([](V v) { return to_float(v); });
    case UnaryOp::to_bool: return run([=](V v) { return truth<V>(~(v == zero)); });
    case UnaryOp::to_int8: return run([](V v) { return wrapped(to_int32(v), 0x1p8, 0x1p7); });
    case UnaryOp::to_int16: return run([](V v) { return wrapped(to_int32(v), 0x1p16, 0x1p15); });
    case UnaryOp::to_int32: return run([](V v) { return to_int32(v); });
    case UnaryOp::to_int64: return run([](V v) { return to_int64(v); });
    case UnaryOp::to_uint8: return run([](V v) { return wrapped(to_int32(v), 0x1p8, 0.0); });
    case UnaryOp::to_uint16: return run([](V v) { return wrapped(to_int32(v), 0x1p16, 0.0); });
    case UnaryOp::to_uint32: return run([=](V v) { return wrapped(to_int64(v), 0x1p32, 0.0); });
    case UnaryOp::to_uint64: return run([=](V v) { return to_uint64(v); });
  }
}

template <class V>
void apply_binary(BinaryOp op, Spread a, Spread b, std::size_t rows, std::size_t cols, Output y) {
  const V zero = V::all(0.0);
  const auto run = [&](auto g) { zip<V>(rows, cols, y, g, a, b); };
  const auto set = [=](V v) { return ~(v == zero); };
  switch (op) {
    case BinaryOp::add: return run([](V u, V v) { return u + v; });
    case BinaryOp::sub: return run([](V u, V v) { return u - v; });
    case BinaryOp::mul: return run([](V u, V v) { return u * v; });
    case BinaryOp::div: return run([](V u, V v) { return u / v; });
    case BinaryOp::pow: return run([](V u, V v) { return pow(u, v); });
    case BinaryOp::min: return run([](V u, V v) { return select(u == u, min(u, v), u); });
    case BinaryOp::max: return run([](V u, V v) { return select(u == u, max(u, v), u); });
    case BinaryOp::equal: return run([](V u, V v) { return truth<V>(u == v); });
    case BinaryOp::not_equal: return run([](V u, V v) { return truth<V>(~(u == v)); });
    case BinaryOp::less: return run([](V u, V v) { return truth<V>(u < v); });
    case BinaryOp::less_equal: return run([](V u, V v) { return truth<V>(u <= v); });
    case BinaryOp::greater: return run([](V u, V v) { return truth<V>(v < u); });
    case BinaryOp::greater_equal: return run([](V u, V v) { return truth<V>(v <= u); });
    case BinaryOp::logical_and: return run([=](V u, V v) { return truth<V>(set(u) & set(v)); });
    case BinaryOp::logical_or: return run([=](V u, V v) { return truth<V>(set(u) | set(v)); });
    case BinaryOp::logical_xor: return run([=](V u, V v) { return truth<V>((set(u) & ~set(v)) | (~set(u) & set(v))); });
  }
}

template <class V>
void apply_where(Spread condition, Spread a, Spread b, std::size_t rows, std::size_t cols, Output y) {
  const V zero = V::all(0.0);
  zip<V>(
      rows, cols, y, [=](V c, V u, V v) { return select(c == zero, v, u); }, condition, a, b);
}

template <class V>
void apply_clip(double low, double high, Input x, std::size_t rows, std::size_t cols, Output y) {
  const V bottom = V::all(low), top = V::all(high);
  map<V>(x, rows, cols, y, [=](V v) { return min(top, max(bottom, v)); });
}

template <class V>
void apply_scale(Spread offset, Spread factor, Input x, std::size_t rows, std::size_t cols, Output y) {
  zip<V>(
      rows, cols, y, [](V v, V o, V f) { return (v - o) * f; }, Spread{x.data, x.stride, 1}, offset, factor);
}

/// Calls run(f) with the replacement f(x, value) for `missing`.
template <class V, class Run>
PELTON_LANE void with_replacement(double missing, Run run) {
  const V wanted = V::all(missing);
  if (missing == missing) {
    run([=](V x, V value) { return select(x == wanted, value, x); });
  } else {
    run([](V x, V value) { return select(x == x, x, value); });
  }
}

template <class V>
void apply_impute(double missing, Spread values, Input x, std::size_t rows, std::size_t cols, Output y) {
  with_replacement<V>(missing, [&](auto replaced) {
    zip<V>(rows, cols, y, replaced, Spread{x.data, x.stride, 1}, values);
  });
}

template <class V>
void apply_impute_scale(double missing, Spread values, Spread offset, Spread factor, Input x, std::size_t rows,
                        std::size_t cols, Output y) {
  with_replacement<V>(missing, [&](auto replaced) {
    const auto both = [=](V v, V value, V o, V f) { return (replaced(v, value) - o) * f; };
    zip<V>(rows, cols, y, both, Spread{x.data, x.stride, 1}, values, offset, factor);
  });
}

}  // namespace pelton::math
