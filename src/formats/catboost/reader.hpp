#pragma once

#include <string_view>

#include "formats/load.hpp"

namespace pelton::formats::catboost {

/// Whether the bytes are a JSON document that CatBoost writes.
bool looks_like_catboost(std::string_view bytes) noexcept;

/// Reads CatBoost's JSON export (save_model(…, format="json")): symmetric and other trees over numbers
/// and one-hot categories.
///
/// `predict` is what the estimator's predict gives: a classifier's label, RawFormulaVal of a regressor,
/// for Poisson and Tweedie losses its exponent. `decision_function` is RawFormulaVal, `leaf`
/// calc_leaf_indexes. Iterations are ntree_start and ntree_end; a file holds the rounds up to the best
/// one at most. The hash of a category is a row's number for it. malformed, unsupported or too_large
/// with the place; invalid_argument for rounds that are not there.
core::Result<LoadedModel> read_catboost_model(std::string_view bytes, const Options& options);

}  // namespace pelton::formats::catboost
