#pragma once

#include "math/lane_elementwise.hpp"

/// Kernels over whole rows, on the lane type V: column c belongs to lane c mod 8, lanes join in the
/// fixed order of sum().
namespace pelton::math {

/// Calls f on the row's values, eight at a time, `filler` behind its end.
template <class V, class F>
PELTON_LANE void scan(const double* row, std::size_t cols, V filler, F f) {
  std::size_t c = 0;
  for (; c + 8 <= cols; c += 8) f(V::load(row + c));
  if (c < cols) f(select(decltype(filler == filler)::first(cols - c), V::load(row + c, cols - c), filler));
}

/// Joins the lanes as sum() does, by another operation.
template <class V, class F>
PELTON_LANE double fold(V v, F f) {
  double lane[8];
  v.store(lane);
  return f(f(f(lane[0], lane[4]), f(lane[2], lane[6])), f(f(lane[1], lane[5]), f(lane[3], lane[7])));
}

/// The larger (smaller) of two, NaN if either is.
template <class V>
PELTON_LANE V max_or_nan(V a, V b) {
  return select(a == a, max(a, b), a);
}
template <class V>
PELTON_LANE V min_or_nan(V a, V b) {
  return select(a == a, min(a, b), a);
}

template <class V>
PELTON_LANE double row_max(const double* row, std::size_t cols) {
  V most = V::all(-kInfinity);
  scan(row, cols, most, [&](V v) { most = max_or_nan(most, v); });
  return fold(most, [](double a, double b) { return a > b || a != a ? a : b; });
}
template <class V>
PELTON_LANE double row_min(const double* row, std::size_t cols) {
  V least = V::all(kInfinity);
  scan(row, cols, least, [&](V v) { least = min_or_nan(least, v); });
  return fold(least, [](double a, double b) { return a < b || a != a ? a : b; });
}

/// Σ f(x) over the row.
template <class V, class F>
PELTON_LANE double row_sum(const double* row, std::size_t cols, V filler, F f) {
  V total = V::all(0.0);
  scan(row, cols, filler, [&](V v) { total = total + f(v); });
  return sum(total);
}

template <class V>
PELTON_LANE double first_of(V v) {
  double lane[8];
  v.store(lane);
  return lane[0];
}

template <class V>
PELTON_LANE double log_sum_exp(const double* row, std::size_t cols) {
  const double most = row_max<V>(row, cols);
  // An infinite largest value would make NaN of x - most; without it e^x decides.
  const V shift = V::all(most - most == 0.0 ? most : 0.0);
  const double total = row_sum(row, cols, V::all(-kInfinity), [=](V v) { return exp(v - shift); });
  return first_of(shift + log(V::all(total)));
}

template <class V>
void apply_reduce(ReduceOp op, Input x, std::size_t rows, std::size_t cols, Output y) {
  const V zero = V::all(0.0);
  const auto count = static_cast<double>(cols);
  const auto run = [&](auto f) {
    for (std::size_t r = 0; r < rows; ++r) {
      const double value = f(x.data + r * x.stride);
      y.data[r * y.stride] = value == value ? value : kQuietNan;
    }
  };
  const auto sum_of = [=](auto f) { return [=](const double* row) { return row_sum(row, cols, zero, f); }; };
  switch (op) {
    case ReduceOp::sum: return run(sum_of([](V v) { return v; }));
    case ReduceOp::mean:
      return run([=](const double* row) { return row_sum(row, cols, zero, [](V v) { return v; }) / count; });
    case ReduceOp::max: return run([=](const double* row) { return row_max<V>(row, cols); });
    case ReduceOp::min: return run([=](const double* row) { return row_min<V>(row, cols); });
    case ReduceOp::l1: return run(sum_of([](V v) { return abs(v); }));
    case ReduceOp::l2:
      return run(
          [=](const double* row) { return __builtin_sqrt(row_sum(row, cols, zero, [](V v) { return v * v; })); });
    case ReduceOp::sum_squares: return run(sum_of([](V v) { return v * v; }));
    case ReduceOp::prod:
      return run([=](const double* row) {
        V product = V::all(1.0);
        scan(row, cols, product, [&](V v) { product = product * v; });
        return fold(product, [](double a, double b) { return a * b; });
      });
    case ReduceOp::log_sum:
      return run(
          [=](const double* row) { return first_of(log(V::all(row_sum(row, cols, zero, [](V v) { return v; })))); });
    case ReduceOp::log_sum_exp: return run([=](const double* row) { return log_sum_exp<V>(row, cols); });
  }
}

template <class V>
void apply_normalize(Norm norm, Input x, std::size_t rows, std::size_t cols, Output y) {
  for (std::size_t r = 0; r < rows; ++r) {
    const double* in = x.data + r * x.stride;
    double size = 0;
    switch (norm) {
      case Norm::l1: size = row_sum(in, cols, V::all(0.0), [](V v) { return abs(v); }); break;
      case Norm::l2: size = __builtin_sqrt(row_sum(in, cols, V::all(0.0), [](V v) { return v * v; })); break;
      case Norm::max: size = row_max<V>(in, cols); break;
    }
    const V divisor = V::all(size == 0.0 ? 1.0 : size);
    map<V>({in, cols}, 1, cols, {y.data + r * y.stride, cols}, [=](V v) { return v / divisor; });
  }
}

template <class V>
void apply_softmax(bool log_form, Input x, std::size_t rows, std::size_t cols, Output y) {
  for (std::size_t r = 0; r < rows; ++r) {
    const double* in = x.data + r * x.stride;
    double* out = y.data + r * y.stride;
    const V most = V::all(row_max<V>(in, cols));
    if (log_form) {
      const V rest = log(V::all(row_sum(in, cols, V::all(-kInfinity), [=](V v) { return exp(v - most); })));
      map<V>({in, cols}, 1, cols, {out, cols}, [=](V v) { return (v - most) - rest; });
      continue;
    }
    V total = V::all(0.0);
    std::size_t c = 0;
    for (; c + 8 <= cols; c += 8) {
      const V e = exp(V::load(in + c) - most);
      total = total + e;
      e.store(out + c);
    }
    if (c < cols) {
      const V e = exp(V::load(in + c, cols - c) - most);
      total = total + select(decltype(e == e)::first(cols - c), e, V::all(0.0));
      e.store(out + c, cols - c);
    }
    const V divisor = V::all(sum(total));
    map<V>({out, cols}, 1, cols, {out, cols}, [=](V v) { return v / divisor; });
  }
}

template <class V>
void apply_softmax_zero(Input x, std::size_t rows, std::size_t cols, Output y) {
  const V tiny = V::all(1e-7), zero = V::all(0.0);
  for (std::size_t r = 0; r < rows; ++r) {
    const double* in = x.data + r * x.stride;
    const V most = V::all(row_max<V>(in, cols));
    const V shrink = exp(negate(most));
    const auto taken = [=](V v) { return ~(abs(v) <= tiny); };
    const V total = V::all(row_sum(in, cols, zero, [=](V v) { return select(taken(v), exp(v - most), zero); }));
    map<V>({in, cols}, 1, cols, {y.data + r * y.stride, cols},
           [=](V v) { return select(taken(v), exp(v - most), v * shrink) / total; });
  }
}

}  // namespace pelton::math
