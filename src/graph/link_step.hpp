#pragma once

#include <cstddef>
#include <memory>

#include "graph/step.hpp"

namespace pelton::graph {

/// What a boosting library does to raw margins, in its own precision and order of operations, so
/// that the results differ from its own by no more than the C library's exp and log do.
enum class Link {
  identity,
  // XGBoost, in float32:
  xgboost_sigmoid,  ///< 1 / (e^−x + 1 + 1e-16)
  xgboost_softmax,  ///< over the row: e^(x − max) / Σ (Σ in double)
  xgboost_exp,
  xgboost_hinge,   ///< 1 if x > 0, else 0
  xgboost_argmax,  ///< the column of the largest value: one value a row
  // LightGBM, in double; `parameter` where the objective has one:
  lightgbm_sigmoid,  ///< 1 / (1 + e^(−parameter · x))
  lightgbm_softmax,
  lightgbm_exp,
  lightgbm_log1p_exp,  ///< log(1 + e^x): cross_entropy_lambda
  lightgbm_square,     ///< sign(x) x²: reg_sqrt
  lightgbm_average,    ///< x / parameter: the mean over the rounds of a random forest
  // CatBoost, in double:
  above,                 ///< x > parameter: 1, else 0
  catboost_uncertainty,  ///< (mean, v) → (mean, e^2v): two columns
  // Either:
  two_classes,  ///< p → (1 − p, p), in the precision of the library: [n, 1] → [n, 2]
};

struct LinkSpec {
  Link link = Link::identity;
  double parameter = 1;
  bool float32 = false;  ///< two_classes, identity: round to float32
};

/// [n, width] → [n, width], but for xgboost_argmax (→ 1) and two_classes (1 → 2).
std::shared_ptr<const Step> make_link(const LinkSpec& spec, std::size_t width);

}  // namespace pelton::graph
