#pragma once

#include <vector>

#include "core/result.hpp"
#include "formats/xgboost/file.hpp"
#include "formats/xgboost/rounds.hpp"
#include "trees/forest.hpp"

namespace pelton::formats::xgboost {

/// Whether the lists that have an element a tree fit the trees and the outputs; malformed if not.
core::Result<void> check_trees(const File& file);

/// The forest that computes a file's margins as XGBoost does: in float32, from `base` [outputs] on, a
/// dart's leaves times their trees' weights. Takes the trees out of the file as it goes. The file has passed
/// check_trees; malformed where the trees do not make one forest.
core::Result<trees::Forest> make_forest(File& file, const TreeRange& range, const std::vector<float>& base);

}  // namespace pelton::formats::xgboost
