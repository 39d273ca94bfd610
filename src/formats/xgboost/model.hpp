#pragma once

#include <string_view>

#include "core/result.hpp"
#include "formats/load.hpp"
#include "formats/options.hpp"

namespace pelton::formats::xgboost {

/// Whether `bytes` are a model that XGBoost has saved: as JSON, as UBJSON, or in the binary form of
/// versions before 1.0, which read_xgboost_model refuses by name.
bool looks_like_xgboost(std::string_view bytes) noexcept;

/// Reads a model of XGBoost 1.0 and later, JSON or UBJSON: gbtree, dart and gblinear with every objective.
///
/// predict gives what Booster.predict does, decision_function its raw margins to the bit, leaf its
/// pred_leaf, predict_proba what XGBClassifier gives. Errors: malformed with the place in the file,
/// unsupported (names the part), too_large beyond the limits, invalid_argument where the rounds asked for
/// are not there.
core::Result<LoadedModel> read_xgboost_model(std::string_view bytes, const Options& options);

}  // namespace pelton::formats::xgboost
