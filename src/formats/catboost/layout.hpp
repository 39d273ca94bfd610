#pragma once

#include <cstdint>
#include <vector>

#include "core/result.hpp"
#include "formats/catboost/features.hpp"
#include "trees/forest.hpp"

namespace pelton::formats::catboost {

/// Turns the features that splits name into columns of a row, and says where missing values go. With
/// one-hot splits rows are looked at in double, since a hash is no float; borders are then moved to
/// where rounding to float would have moved the value. malformed for a feature that is not there.
core::Result<void> lay_out_columns(trees::Forest& forest, const FeaturesInfo& info, bool one_hot);

/// Turns leaves of one value a trained class into leaves of one value a class, `label[i]` being that of
/// value i; of classes that training did not see the margin is −∞, as CatBoost has it.
core::Result<void> lay_out_classes(trees::Forest& forest, const std::vector<std::uint32_t>& label,
                                   std::uint32_t classes);

}  // namespace pelton::formats::catboost
