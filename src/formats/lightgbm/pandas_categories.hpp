#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "formats/lightgbm/header.hpp"
#include "formats/lightgbm/lines.hpp"
#include "formats/options.hpp"

namespace pelton::formats::lightgbm {

/// The categories of some features: what code stands for each is its position.
using FeatureCategories = std::vector<std::pair<std::size_t, std::vector<std::string>>>;

/// Reads what stands behind the trees: the parameters, and the names of categories that LightGBM's
/// Python package appends for columns of pandas' type category (`pandas_categorical:`, JSON on a line).
///
/// The file lists the columns' categories in order, and does not say which columns they are. They are
/// told by the features that were declared categorical, or, if those are not as many, by the values
/// seen in training: where more than one reading is left, no feature gets names. Numbers and booleans
/// are named as they are written in the file: "10", "2.0", "true". malformed or too_large.
core::Result<FeatureCategories> read_pandas_categories(Lines& lines, const Header& header, const Limits& limits);

}  // namespace pelton::formats::lightgbm
