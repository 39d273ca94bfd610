#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "formats/load.hpp"
#include "graph/link_step.hpp"
#include "model/schema.hpp"
#include "trees/forest.hpp"

namespace pelton::formats {

/// What a reader of a boosting library's file found.
struct TreeModel {
  std::string format;  ///< "xgboost", "lightgbm", "catboost"
  std::string kind;    ///< "gradient boosted trees, binary:logistic"
  std::vector<std::string> operations;
  trees::Forest forest;
  std::vector<model::Feature> features;  ///< forest.features of them
  /// Classes of a classifier (0, 1, … where the file holds no labels); empty otherwise.
  std::vector<model::Label> classes;
  model::ElementType type = model::ElementType::float64;  ///< of margins and predictions
  /// From margins to what the library's predict gives, one step after the other; none: the margins.
  std::vector<graph::LinkSpec> predict;
  bool predict_is_label = false;  ///< `predict` ends in an index into `classes`, to be told as the class
  /// From margins to one probability a class; nothing where the model has none.
  std::optional<std::vector<graph::LinkSpec>> probabilities;
};

/// Compiles it into a model that offers predict, decision_function (the margins), leaf (if
/// there are trees), and predict_proba where it has probabilities. malformed (see trees::check), too_large.
core::Result<LoadedModel> make_tree_model(TreeModel model);

/// The same where something else than trees gives the margins (a library's linear booster): `margins`
/// is a step from the features to them, `model.forest` is not looked at, and leaf is not offered.
core::Result<LoadedModel> make_linked_model(TreeModel model, std::shared_ptr<const graph::Step> margins);

}  // namespace pelton::formats
