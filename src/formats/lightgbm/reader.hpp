#pragma once

#include <string_view>

#include "formats/load.hpp"

namespace pelton::formats::lightgbm {

/// Whether the bytes begin as a text that Booster.save_model writes.
bool looks_like_lightgbm(std::string_view bytes) noexcept;

/// Reads LightGBM's text format, versions 2 to 4: every boosting kind and objective, categorical
/// splits, linear trees. `predict` is what Booster.predict gives, `decision_function` its raw score,
/// `leaf` its pred_leaf. A file holds the rounds up to the best one at most, so that
/// Iterations::best means all that are there. malformed, unsupported or too_large with the line and
/// key; invalid_argument for rounds that are not there.
core::Result<LoadedModel> read_lightgbm_model(std::string_view bytes, const Options& options);

}  // namespace pelton::formats::lightgbm
