#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/result.hpp"
#include "math/matrix_view.hpp"

namespace pelton::train {

/// Coefficient of determination, 1 − Σ(y − ŷ)² / Σ(y − ȳ)², averaged over the columns with equal
/// weight, as scikit-learn's r2_score: a column that does not vary scores 1 where it is predicted
/// exactly and 0 elsewhere. Both are [rows, targets] (asserted). Nothing below two rows.
std::optional<double> r2_score(math::ConstMatrix truth, math::ConstMatrix predicted);

/// Row numbers to learn from and to test on.
struct Split {
  std::vector<std::size_t> train;
  std::vector<std::size_t> test;
};

/// Holds out ⌈test_share · rows⌉ rows at random. The same seed gives the same split everywhere.
/// invalid_argument where a side would be empty or the share is not within 0 and 1.
core::Result<Split> hold_out(std::size_t rows, double test_share, std::uint64_t seed);

/// Cuts shuffled rows into `folds` parts as equal as can be (the first ones a row longer), each the
/// test part once. invalid_argument below two folds or above one a row.
core::Result<std::vector<Split>> k_fold(std::size_t rows, std::size_t folds, std::uint64_t seed);

/// The named rows of a matrix, copied. Row numbers are within it (asserted).
std::vector<double> take_rows(math::ConstMatrix from, std::span<const std::size_t> rows);

}  // namespace pelton::train
