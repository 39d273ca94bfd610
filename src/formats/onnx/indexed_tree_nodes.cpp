#include <algorithm>
#include <cmath>

#include "formats/onnx/tree_checks.hpp"
#include "formats/onnx/tree_nodes.hpp"

/// Trees listed as TreeEnsemble does: splits in one list, leaves in another, children told by place.
namespace pelton::formats::onnx {
namespace {

using Integers = std::vector<std::int64_t>;

/// The numbers of an attribute, which has to be a tensor of the inputs' type.
std::vector<double> read_numbers(const NodeContext& node, const char* name, const TreeShape& shape) {
  std::optional<Tensor> tensor = node.tensor(name);
  if (!tensor) return {};
  if (tensor->type != shape.type) {
    node.malformed("attribute \"" + std::string(name) + "\" is of type " + std::string(to_string(tensor->type)) +
                   " for inputs of type " + std::string(to_string(shape.type)));
  }
  return std::move(*tensor).numbers();
}

Integers read_modes(const NodeContext& node) {
  const std::optional<Tensor> tensor = node.tensor("nodes_modes");
  if (!tensor) return {};
  if (tensor->type != DataType::uint8) node.malformed("attribute \"nodes_modes\" is not of type uint8");
  return tensor->integers();
}

/// Children: places of the whole list, in which the leaves come after the splits.
class Children {
 public:
  Children(const NodeContext& node, const char* ids, const char* leaf_flags, std::size_t splits, std::size_t leaves)
      : node_(node),
        flags_name_(leaf_flags),
        ids_(node.integers(ids)),
        flags_(node.integers(leaf_flags)),
        splits_(splits),
        leaves_(leaves) {
    check_tree_count(node, ids, ids_.size(), splits);
    check_tree_count(node, leaf_flags, flags_.size(), splits);
  }

  std::uint32_t of(std::uint32_t i) const {
    const bool leaf = tree_flag(node_, flags_name_, flags_[i]);
    const std::uint32_t place = tree_index(node_, ids_[i], leaf ? leaves_ : splits_, [&] {
      return "node " + std::to_string(i) + " leads to " + (leaf ? "leaf" : "node");
    });
    return leaf ? static_cast<std::uint32_t>(splits_) + place : place;
  }

 private:
  const NodeContext& node_;
  const char* flags_name_;
  Integers ids_;
  Integers flags_;
  std::size_t splits_;
  std::size_t leaves_;
};

/// The sets of values that member nodes ask for: one after the other, NaN between them.
class Members {
 public:
  Members(const NodeContext& node, const TreeShape& shape)
      : node_(node), values_(read_numbers(node, "membership_values", shape)) {}

  trees::CategorySet next() {
    if (at_ >= values_.size()) node_.malformed("attribute \"membership_values\" has too few sets");
    trees::CategorySet set;
    while (at_ < values_.size() && !std::isnan(values_[at_])) set.members.push_back(values_[at_++]);
    ++at_;
    std::sort(set.members.begin(), set.members.end());
    set.members.erase(std::unique(set.members.begin(), set.members.end()), set.members.end());
    return set;
  }
  /// After the last: nothing is left over.
  void finish() const {
    if (at_ < values_.size()) node_.malformed("attribute \"membership_values\" has more sets than nodes ask for");
  }

 private:
  const NodeContext& node_;
  std::vector<double> values_;
  std::size_t at_ = 0;
};

void read_splits(const NodeContext& node, const TreeShape& shape, std::size_t count, std::size_t leaves,
                 TreeNodes& trees) {
  const Integers modes = read_modes(node);
  const Integers features = node.integers("nodes_featureids");
  const Integers missing = node.integers("nodes_missing_value_tracks_true");
  const std::vector<double> splits = read_numbers(node, "nodes_splits", shape);
  const Children yes(node, "nodes_truenodeids", "nodes_trueleafs", count, leaves);
  const Children no(node, "nodes_falsenodeids", "nodes_falseleafs", count, leaves);
  Members members(node, shape);
  check_tree_count(node, "nodes_modes", modes.size(), count);
  check_tree_count(node, "nodes_splits", splits.size(), count);
  if (!missing.empty()) check_tree_count(node, "nodes_missing_value_tracks_true", missing.size(), count);
  for (std::uint32_t i = 0; i < count; ++i) {
    TreeNode& to = trees.nodes[i];
    constexpr std::size_t kModes = static_cast<std::size_t>(TreeMode::leaf);
    to.mode = static_cast<TreeMode>(tree_index(node, modes[i], kModes, [&] { return trees.name(i) + " is of mode"; }));
    add_split(node, trees, i, splits[i]);
    to.feature = tree_index(node, features[i], shape.features, [&] { return trees.name(i) + " tests feature"; });
    to.yes = yes.of(i);
    to.no = no.of(i);
    to.missing_yes = !missing.empty() && tree_flag(node, "nodes_missing_value_tracks_true", missing[i]);
    trees.some_missing = trees.some_missing || to.missing_yes;
    if (to.mode != TreeMode::member) continue;
    to.set = static_cast<std::uint32_t>(trees.sets.size());
    trees.sets.push_back(members.next());
  }
  members.finish();
}

}  // namespace

TreeNodes read_indexed_tree_nodes(const NodeContext& node, const TreeShape& shape) {
  const Integers roots = node.integers("tree_roots");
  const Integers targets = node.integers("leaf_targetids");
  const std::vector<double> weights = read_numbers(node, "leaf_weights", shape);
  static_cast<void>(node.has("nodes_hitrates"));  // how often nodes were met in training
  const std::size_t count = node.integers("nodes_featureids").size();
  const std::size_t leaves = targets.size();
  if (roots.empty() || count == 0 || leaves == 0) node.malformed("has no trees");
  check_tree_limits("nodes", count, node.limits().tree_nodes);
  check_tree_limits("leaves", leaves, node.limits().tree_nodes);
  check_tree_limits("trees", roots.size(), node.limits().trees);
  check_tree_count(node, "leaf_weights", weights.size(), leaves);
  TreeNodes trees;
  trees.name = [count](std::uint32_t i) {
    return i < count ? "node " + std::to_string(i) : "leaf " + std::to_string(i - count);
  };
  trees.nodes.resize(count + leaves);
  trees.votes.resize(leaves);
  read_splits(node, shape, count, leaves, trees);
  for (std::uint32_t leaf = 0; leaf < leaves; ++leaf) {
    const std::uint32_t target = tree_index(node, targets[leaf], shape.targets,
                                            [&] { return "leaf " + std::to_string(leaf) + " is for target"; });
    add_vote(node, trees, leaf, {weights[leaf], target});
    TreeNode& to = trees.nodes[count + leaf];
    to.yes = leaf;
    to.no = leaf + 1;
  }
  for (const std::int64_t root : roots)
    trees.roots.push_back(tree_index(node, root, count, [] { return std::string("a tree starts at node"); }));
  return trees;
}

}  // namespace pelton::formats::onnx
