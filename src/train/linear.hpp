#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/result.hpp"
#include "math/matrix_view.hpp"

namespace pelton::train {

/// A fitted linear model: prediction t of a row is Σ coefficients(t, f) · row[f] + intercepts[t].
struct LinearFit {
  std::vector<double> coefficients;  ///< [targets, features], row-major
  std::vector<double> intercepts;    ///< one a target
  std::size_t features = 0;
  std::size_t targets = 0;
  std::size_t rank = 0;  ///< of the centred features; below `features` the fit is the shortest of many

  math::ConstMatrix matrix() const noexcept { return {coefficients.data(), targets, features}; }
  void predict(math::ConstMatrix x, math::Matrix out) const;
};

/// Least squares with an intercept, as scikit-learn's LinearRegression: features and targets are
/// centred, the coefficients are the shortest vector that minimises the sum of squares, the
/// intercept follows from the means.
///
/// x is [rows, features], y [rows, targets]. Singular values below max(rows, features) · ε of the
/// largest count as zero. The coefficients are refined in extended precision until they are the
/// exact solution rounded to double (well-conditioned data), so round data gives round numbers, and
/// the same ones on every machine. invalid_argument for no rows, shapes that differ, or numbers that
/// are not finite (names the first). Time O(rows · features²).
core::Result<LinearFit> fit_linear(math::ConstMatrix x, math::ConstMatrix y);

}  // namespace pelton::train
