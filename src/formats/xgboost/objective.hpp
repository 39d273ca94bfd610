#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "graph/link_step.hpp"

namespace pelton::formats::xgboost {

/// How an objective's base_score, which is kept as a prediction, becomes a margin (ProbToMargin).
enum class BaseLink { identity, logit, log };

/// What an objective makes of margins (PredTransform).
enum class Response { margin, sigmoid, exp, hinge, softmax, argmax };

/// What scoring needs to know of an objective. Source: xgboost/src/objective.
struct Objective {
  std::string_view name;
  BaseLink base = BaseLink::identity;
  Response response = Response::margin;
  bool classifies = false;  ///< has probabilities of classes
};

/// The objective of that name; nothing where XGBoost has none such.
std::optional<Objective> find_objective(std::string_view name);

/// A base_score as a margin, in float32 as XGBoost computes it; malformed where the objective does
/// not take it.
core::Result<float> to_margin(const Objective& objective, float base_score);

/// From margins [outputs] to what Booster.predict gives.
std::vector<graph::LinkSpec> prediction_links(const Objective& objective);
/// From margins to what XGBClassifier.predict_proba gives; nothing for other objectives.
std::optional<std::vector<graph::LinkSpec>> probability_links(const Objective& objective, std::size_t outputs);
/// How many classes a classifier tells apart; 0 where there are no classes (several binary targets).
std::size_t class_count(const Objective& objective, std::size_t outputs);

}  // namespace pelton::formats::xgboost
