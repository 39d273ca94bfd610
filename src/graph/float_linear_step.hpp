#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "graph/step.hpp"

namespace pelton::graph {

/// XGBoost's linear booster: for each output `start` + Σ x · weight in the order of the features, every
/// product and sum rounded to float32; values are rounded to float32 first, and a missing one (NaN) adds
/// nothing. `weights` [features, outputs], `start` [outputs] (asserted). [n, features] → [n, outputs].
/// Source: xgboost/src/gbm/gblinear.cc, Pred.
std::shared_ptr<const Step> make_float_linear(std::vector<float> weights, std::vector<float> start,
                                              std::size_t features);

}  // namespace pelton::graph
