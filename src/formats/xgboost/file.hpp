#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "trees/forest.hpp"

/// What an XGBoost model file says, before anything is made of it.
namespace pelton::formats::xgboost {

/// One of the file's trees, without its deleted nodes. A leaf's `no` counts in `values`, a split's
/// `set` in `sets`.
struct FileTree {
  std::optional<std::int64_t> id;  ///< its place among the trees; none: where it stands
  std::uint32_t width = 1;         ///< values a leaf
  std::vector<trees::Node> nodes;
  std::vector<float> values;
  std::vector<trees::CategorySet> sets;
};

/// gradient_booster: of a gbtree or dart the trees, of a gblinear the weights.
struct Booster {
  std::string name;
  std::vector<FileTree> trees;
  std::vector<std::int32_t> tree_info;                    ///< the output that each tree adds to
  std::optional<std::vector<std::int64_t>> round_starts;  ///< iteration_indptr
  std::size_t num_parallel_tree = 1;
  std::optional<std::size_t> trees_stated;           ///< num_trees
  std::vector<float> weight_drop;                    ///< dart: one a tree
  std::vector<float> weights;                        ///< gblinear: [features + 1, outputs], the bias last
  std::optional<std::int64_t> boosted_rounds;        ///< gblinear
  std::vector<std::vector<std::string>> categories;  ///< by feature, in the order of their numbers; or empty
};

struct File {
  std::vector<std::int64_t> version;
  std::string objective;
  Booster booster;
  std::vector<float> base_scores;  ///< one for all outputs, or one an output
  bool boost_from_average = false;
  std::size_t features = 0;
  std::size_t classes = 0;
  std::size_t targets = 1;
  std::vector<std::string> feature_names;
  std::vector<std::string> feature_types;
  std::optional<std::string> best_iteration;  ///< as the attribute has it: XGBoost writes a number

  /// Values a row of margins.
  std::size_t outputs() const noexcept { return std::max({classes, targets, std::size_t{1}}); }
};

}  // namespace pelton::formats::xgboost
