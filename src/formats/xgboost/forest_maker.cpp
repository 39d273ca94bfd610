#include "formats/xgboost/forest_maker.hpp"

#include <string>
#include <utility>

namespace pelton::formats::xgboost {

namespace {

using core::Error;
using core::ErrorCode;
using trees::kNone;

class ForestMaker {
 public:
  ForestMaker(File& file, const std::vector<float>& base) : booster_(file.booster) {
    forest_.features = static_cast<std::uint32_t>(file.features);
    forest_.outputs = static_cast<std::uint32_t>(file.outputs());
    forest_.input = trees::Precision::float32;
    forest_.sum_precision = trees::Precision::float32;
    forest_.base.assign(base.begin(), base.end());
  }

  core::Result<trees::Forest> make(const TreeRange& range) {
    auto order = order_trees();
    if (!order) return order.error();
    std::size_t values = 0;
    for (std::size_t t = range.first; t < range.last; ++t) values += booster_.trees[(*order)[t]].values.size();
    // Indices of values are 32 bits wide.
    if (values >= kNone) return Error(ErrorCode::too_large, std::to_string(values) + " values of leaves");
    forest_.values.reserve(values);
    forest_.trees.reserve(range.last - range.first);
    for (std::size_t t = range.first; t < range.last; ++t) {
      if (auto added = add(t, booster_.trees[(*order)[t]]); !added) return added.error();
    }
    return std::move(forest_);
  }

 private:
  /// Where in the file the tree of each place is: a tree says its place by its id.
  core::Result<std::vector<std::size_t>> order_trees() const {
    const std::size_t count = booster_.trees.size();
    std::vector<std::size_t> order(count, count);
    for (std::size_t t = 0; t < count; ++t) {
      const std::int64_t place = booster_.trees[t].id.value_or(static_cast<std::int64_t>(t));
      if (place < 0 || static_cast<std::uint64_t>(place) >= count) {
        return Error(ErrorCode::malformed,
                     "a tree of id " + std::to_string(place) + " among " + std::to_string(count) + " trees");
      }
      std::size_t& at = order[static_cast<std::size_t>(place)];
      if (at != count) return Error(ErrorCode::malformed, "two trees of id " + std::to_string(place));
      at = t;
    }
    return order;
  }

  core::Result<void> add(std::size_t place, FileTree& from) {
    trees::Tree tree;
    tree.width = from.width;
    if (from.width == 1) {
      tree.output = static_cast<std::uint32_t>(booster_.tree_info[place]);
    } else if (from.width != forest_.outputs) {
      return Error(ErrorCode::malformed, "tree " + std::to_string(place) + " has leaves of " +
                                             std::to_string(from.width) + " values where there are " +
                                             std::to_string(forest_.outputs) + " outputs");
    }
    tree.nodes = std::move(from.nodes);
    const auto first_value = static_cast<std::uint32_t>(forest_.values.size());
    const auto first_set = static_cast<std::uint32_t>(forest_.sets.size());
    for (trees::Node& node : tree.nodes) {
      if (node.is_leaf()) {
        node.no += first_value;
      } else if (node.test == trees::Test::in_set) {
        node.set += first_set;
      }
    }
    append_values(place, from.values);
    for (trees::CategorySet& set : from.sets) forest_.sets.push_back(std::move(set));
    from = FileTree{};
    forest_.trees.push_back(std::move(tree));
    return {};
  }

  /// A dart's product is rounded to float32 before it is added (gbtree.cc, Dart::PredictBatchImpl).
  void append_values(std::size_t place, const std::vector<float>& values) {
    if (booster_.weight_drop.empty()) {
      forest_.values.insert(forest_.values.end(), values.begin(), values.end());
      return;
    }
    const float weight = booster_.weight_drop[place];
    for (const float value : values) {
      const float weighted = (0.0F + value) * weight;
      forest_.values.push_back(static_cast<double>(weighted));
    }
  }

  Booster& booster_;
  trees::Forest forest_;
};

}  // namespace

core::Result<void> check_trees(const File& file) {
  const Booster& booster = file.booster;
  const auto counted = [&](const char* what, std::size_t count) {
    return Error(ErrorCode::malformed,
                 std::to_string(booster.trees.size()) + " trees and " + std::to_string(count) + " elements of " + what);
  };
  if (booster.trees_stated && *booster.trees_stated != booster.trees.size()) {
    return Error(ErrorCode::malformed, std::to_string(booster.trees.size()) + " trees where num_trees is " +
                                           std::to_string(*booster.trees_stated));
  }
  if (booster.tree_info.size() != booster.trees.size()) return counted("tree_info", booster.tree_info.size());
  const bool weighted = booster.name == "dart" || !booster.weight_drop.empty();
  if (weighted && booster.weight_drop.size() != booster.trees.size()) {
    return counted("weight_drop", booster.weight_drop.size());
  }
  for (std::size_t t = 0; t < booster.tree_info.size(); ++t) {
    const std::int32_t output = booster.tree_info[t];
    if (output < 0 || static_cast<std::size_t>(output) >= file.outputs()) {
      return Error(ErrorCode::malformed, "tree_info[" + std::to_string(t) + "] is " + std::to_string(output) +
                                             " where there are " + std::to_string(file.outputs()) + " outputs");
    }
  }
  return {};
}

core::Result<trees::Forest> make_forest(File& file, const TreeRange& range, const std::vector<float>& base) {
  return ForestMaker(file, base).make(range);
}

}  // namespace pelton::formats::xgboost
