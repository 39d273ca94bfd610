#include "train/linear.hpp"

#include <Eigen/QR>
#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <new>
#include <optional>
#include <string>

namespace pelton::train {
namespace {

using Vector = Eigen::VectorXd;
using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
/// x87's 64-bit mantissa: the same arithmetic on every x86-64, whatever its vector units.
using Wide = Eigen::Matrix<long double, Eigen::Dynamic, 1>;

Eigen::Index as_index(std::size_t n) { return static_cast<Eigen::Index>(n); }

std::optional<core::Error> check_finite(math::ConstMatrix m, const char* what) {
  for (std::size_t r = 0; r < m.rows; ++r) {
    for (std::size_t c = 0; c < m.cols; ++c) {
      if (std::isfinite(m(r, c))) continue;
      return core::Error(core::ErrorCode::invalid_argument, std::string(what) + " " + std::to_string(c) + " of row " +
                                                                std::to_string(r) + " is not a finite number");
    }
  }
  return std::nullopt;
}

Wide column_means(math::ConstMatrix m) {
  Wide means = Wide::Zero(as_index(m.cols));
  for (std::size_t r = 0; r < m.rows; ++r) {
    for (std::size_t c = 0; c < m.cols; ++c) means[as_index(c)] += m(r, c);
  }
  return means / static_cast<long double>(m.rows);
}

/// The centred features: rounded to double for the decomposition, exact (in extended precision, from
/// the values and their means) for the residuals.
class Centred {
 public:
  Centred(math::ConstMatrix x, Wide means) : x_(x), means_(std::move(means)) {}

  RowMajor rounded() const {
    RowMajor a(as_index(x_.rows), as_index(x_.cols));
    for (std::size_t r = 0; r < x_.rows; ++r) {
      for (std::size_t c = 0; c < x_.cols; ++c)
        a(as_index(r), as_index(c)) = static_cast<double>(x_(r, c) - means_[as_index(c)]);
    }
    return a;
  }
  /// A · v.
  Wide times(const Wide& v) const {
    Wide product(as_index(x_.rows));
    for (std::size_t r = 0; r < x_.rows; ++r) {
      long double sum = 0;
      for (std::size_t c = 0; c < x_.cols; ++c) sum += (x_(r, c) - means_[as_index(c)]) * v[as_index(c)];
      product[as_index(r)] = sum;
    }
    return product;
  }
  /// Aᵀ · v.
  Wide transposed_times(const Wide& v) const {
    Wide product = Wide::Zero(as_index(x_.cols));
    for (std::size_t r = 0; r < x_.rows; ++r) {
      for (std::size_t c = 0; c < x_.cols; ++c)
        product[as_index(c)] += (x_(r, c) - means_[as_index(c)]) * v[as_index(r)];
    }
    return product;
  }

 private:
  math::ConstMatrix x_;
  Wide means_;
};

using Decomposition = Eigen::CompleteOrthogonalDecomposition<RowMajor>;

/// The shortest c that minimises |b − A c|, by iterative refinement of the augmented system
/// r + A c = b, Aᵀ r = 0 (Björck, "Iterative refinement of linear least squares solutions", BIT 7,
/// 1967). c is kept as Aᵀ w, so that it stays in the row space of A however often it is corrected:
/// that, not the residual, is what the shortest solution of a rank-deficient system is lost by.
Wide shortest_solution(const Centred& a, const Decomposition& inverse, const Wide& b) {
  constexpr int kMostRounds = 10;
  const auto transposed = inverse.transpose();
  Wide w = Wide::Zero(b.size());
  Wide residual = Wide::Zero(b.size());
  Wide c = a.transposed_times(w);
  long double last = std::numeric_limits<long double>::infinity();
  for (int round = 0; round < kMostRounds; ++round) {
    const Wide f = b - residual - a.times(c);
    const Vector g = -a.transposed_times(residual).cast<double>();
    const Vector h = transposed.solve(g);
    const Vector step = inverse.solve(f.cast<double>() - h);
    const long double size = step.cast<long double>().norm();
    if (!(size < last / 2)) break;  // no longer converging: what is left is noise
    last = size;
    residual += f - a.times(step.cast<long double>());
    w += Vector(transposed.solve(step)).cast<long double>();
    c = a.transposed_times(w);
    if (size <= std::numeric_limits<long double>::epsilon() * c.norm()) break;
  }
  return c;
}

core::Result<LinearFit> fit(math::ConstMatrix x, math::ConstMatrix y) {
  const Wide x_means = column_means(x);
  const Wide y_means = column_means(y);
  const Centred a(x, x_means);
  Decomposition decomposition;
  decomposition.setThreshold(static_cast<double>(std::max(x.rows, x.cols)) * std::numeric_limits<double>::epsilon());
  decomposition.compute(a.rounded());

  LinearFit result;
  result.features = x.cols;
  result.targets = y.cols;
  result.rank = static_cast<std::size_t>(decomposition.rank());
  for (std::size_t t = 0; t < y.cols; ++t) {
    Wide b(as_index(y.rows));
    for (std::size_t r = 0; r < y.rows; ++r) b[as_index(r)] = y(r, t) - y_means[as_index(t)];
    const Wide c = shortest_solution(a, decomposition, b);
    long double intercept = y_means[as_index(t)];
    for (std::size_t f = 0; f < x.cols; ++f) {
      const double coefficient = static_cast<double>(c[as_index(f)]);
      result.coefficients.push_back(coefficient);
      intercept -= x_means[as_index(f)] * coefficient;
    }
    result.intercepts.push_back(static_cast<double>(intercept));
  }
  return result;
}

}  // namespace

void LinearFit::predict(math::ConstMatrix x, math::Matrix out) const {
  assert(x.cols == features && out.rows == x.rows && out.cols == targets);
  for (std::size_t r = 0; r < x.rows; ++r) {
    for (std::size_t t = 0; t < targets; ++t) {
      double sum = 0;
      for (std::size_t f = 0; f < features; ++f) sum += coefficients[t * features + f] * x(r, f);
      out(r, t) = sum + intercepts[t];
    }
  }
}

core::Result<LinearFit> fit_linear(math::ConstMatrix x, math::ConstMatrix y) {
  const auto fail = [](const char* why) { return core::Error(core::ErrorCode::invalid_argument, why); };
  if (x.rows == 0 || x.cols == 0 || y.cols == 0)
    return fail("there is nothing to fit: no rows, no features or no target");
  if (x.rows != y.rows) return fail("features and targets have different numbers of rows");
  if (auto error = check_finite(x, "feature")) return *error;
  if (auto error = check_finite(y, "target")) return *error;
  try {
    return fit(x, y);
  } catch (const std::bad_alloc&) {
    return core::Error(core::ErrorCode::too_large, "not enough memory to fit this many rows and features");
  }
}

}  // namespace pelton::train
