#pragma once

#include <cstddef>

#include "core/result.hpp"
#include "formats/options.hpp"
#include "formats/xgboost/file.hpp"

namespace pelton::formats::xgboost {

/// Trees [first, last) in their order.
struct TreeRange {
  std::size_t first = 0;
  std::size_t last = 0;
};

/// The trees of the boosting rounds asked for, as Booster.predict's iteration_range has it (a `last` of
/// 0 means to the end). malformed where the file's rounds do not fit its trees, invalid_argument where
/// there are no such rounds or early stopping left no best one.
core::Result<TreeRange> choose_trees(const File& file, const Iterations& iterations);

}  // namespace pelton::formats::xgboost
