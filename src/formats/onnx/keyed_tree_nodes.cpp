#include <algorithm>
#include <memory>
#include <numeric>
#include <span>
#include <unordered_map>
#include <utility>

#include "core/printable.hpp"
#include "formats/onnx/tree_checks.hpp"
#include "formats/onnx/tree_nodes.hpp"

/// Trees listed as TreeEnsembleRegressor and TreeEnsembleClassifier do: one list of nodes for all,
/// each with its tree's id and its own, children told by id.
namespace pelton::formats::onnx {
namespace {

using Ids = std::vector<std::int64_t>;

std::string key_name(std::int64_t tree, std::int64_t id) {
  return "node " + std::to_string(id) + " of tree " + std::to_string(tree);
}

/// Finds nodes by their keys. Files list a tree's nodes together and in order, as a rule: that costs
/// no sorting and no searching.
class Keys {
 public:
  Keys(const NodeContext& node, const Ids& tree_ids, const Ids& node_ids)
      : node_(node), tree_ids_(tree_ids), node_ids_(node_ids), order_(tree_ids.size()) {
    std::iota(order_.begin(), order_.end(), 0U);
    const auto before = [&](std::uint32_t a, std::uint32_t b) {
      return std::pair(tree_ids_[a], node_ids_[a]) < std::pair(tree_ids_[b], node_ids_[b]);
    };
    if (!std::is_sorted(order_.begin(), order_.end(), before)) std::sort(order_.begin(), order_.end(), before);
    for (std::uint32_t i = 0; i < order_.size(); ++i) {
      if (i > 0 && !before(order_[i - 1], order_[i])) {
        node_.malformed(key_name(tree_ids_[order_[i]], node_ids_[order_[i]]) + " is there twice");
      }
      if (i == 0 || tree_ids_[order_[i]] != tree_ids_[order_[i - 1]]) ranges_.push_back({i, i});
      ranges_.back().end = i + 1;
    }
  }

  std::size_t trees() const noexcept { return ranges_.size(); }

  /// The place of the node of that key; `from` says who asks for it.
  template <class From>
  std::uint32_t find(std::int64_t tree, std::int64_t id, From from) {
    if (const auto place = place_of(tree, id)) return *place;
    node_.malformed(from() + " " + key_name(tree, id) + ", which is not there");
  }

 private:
  struct Range {
    std::uint32_t begin;
    std::uint32_t end;
  };

  std::int64_t tree_at(const Range& range) const noexcept { return tree_ids_[order_[range.begin]]; }

  std::optional<std::uint32_t> place_of(std::int64_t tree, std::int64_t id) {
    if (last_ >= ranges_.size() || tree_at(ranges_[last_]) != tree) {
      const auto found = std::lower_bound(ranges_.begin(), ranges_.end(), tree,
                                          [&](const Range& range, std::int64_t t) { return tree_at(range) < t; });
      if (found == ranges_.end() || tree_at(*found) != tree) return std::nullopt;
      last_ = static_cast<std::size_t>(found - ranges_.begin());
    }
    const std::span<const std::uint32_t> nodes(order_.data() + ranges_[last_].begin,
                                               ranges_[last_].end - ranges_[last_].begin);
    // Numbered without gaps, a node is as far from the first as its id.
    const auto ahead = static_cast<std::uint64_t>(id) - static_cast<std::uint64_t>(node_ids_[nodes[0]]);
    if (ahead < nodes.size() && node_ids_[nodes[ahead]] == id) return nodes[ahead];
    const auto found = std::lower_bound(nodes.begin(), nodes.end(), id,
                                        [&](std::uint32_t place, std::int64_t i) { return node_ids_[place] < i; });
    if (found == nodes.end() || node_ids_[*found] != id) return std::nullopt;
    return *found;
  }

  const NodeContext& node_;
  const Ids& tree_ids_;
  const Ids& node_ids_;
  std::vector<std::uint32_t> order_;  ///< places, by key
  std::vector<Range> ranges_;         ///< of order_, one a tree
  std::size_t last_ = 0;              ///< the tree that was asked for last
};

TreeMode mode_named(const NodeContext& node, std::string_view name) {
  if (name == "LEAF") return TreeMode::leaf;
  if (name == "BRANCH_LEQ") return TreeMode::less_equal;
  if (name == "BRANCH_LT") return TreeMode::less;
  if (name == "BRANCH_GTE") return TreeMode::greater_equal;
  if (name == "BRANCH_GT") return TreeMode::greater;
  if (name == "BRANCH_EQ") return TreeMode::equal;
  if (name == "BRANCH_NEQ") return TreeMode::not_equal;
  node.refuse("nodes of mode \"" + core::printable(name) + "\"");
}

/// The nodes_… attributes other than the keys.
void read_nodes(const NodeContext& node, const TreeShape& shape, const Ids& tree_ids, Keys& keys, TreeNodes& trees) {
  const std::size_t count = trees.nodes.size();
  const std::span<const std::string_view> modes = node.text_views("nodes_modes");
  const Ids features = node.integers("nodes_featureids");
  const Ids yes = node.integers("nodes_truenodeids");
  const Ids no = node.integers("nodes_falsenodeids");
  const Ids missing = node.integers("nodes_missing_value_tracks_true");
  const std::vector<double> splits = read_precise_numbers(node, "nodes_values", shape.type);
  check_tree_count(node, "nodes_modes", modes.size(), count);
  check_tree_count(node, "nodes_featureids", features.size(), count);
  check_tree_count(node, "nodes_truenodeids", yes.size(), count);
  check_tree_count(node, "nodes_falsenodeids", no.size(), count);
  check_tree_count(node, "nodes_values", splits.size(), count);
  if (!missing.empty()) check_tree_count(node, "nodes_missing_value_tracks_true", missing.size(), count);
  for (std::uint32_t i = 0; i < count; ++i) {
    TreeNode& to = trees.nodes[i];
    to.mode = mode_named(node, modes[i]);
    if (to.mode == TreeMode::leaf) continue;
    add_split(node, trees, i, splits[i]);
    const auto from = [&] { return trees.name(i) + " leads to"; };
    to.feature = tree_index(node, features[i], shape.features, [&] { return trees.name(i) + " tests feature"; });
    to.yes = keys.find(tree_ids[i], yes[i], from);
    to.no = keys.find(tree_ids[i], no[i], from);
    to.missing_yes = !missing.empty() && tree_flag(node, "nodes_missing_value_tracks_true", missing[i]);
    trees.some_missing = trees.some_missing || to.missing_yes;
  }
}

/// The target_… or class_… attributes.
void read_votes(const NodeContext& node, const std::string& prefix, const TreeShape& shape, Keys& keys,
                TreeNodes& trees) {
  const Ids tree_ids = node.integers(prefix + "treeids");
  const Ids node_ids = node.integers(prefix + "nodeids");
  const Ids targets = node.integers(prefix + "ids");
  const std::vector<double> weights = read_precise_numbers(node, prefix + "weights", shape.type);
  const std::size_t count = tree_ids.size();
  check_tree_count(node, prefix + "nodeids", node_ids.size(), count);
  check_tree_count(node, prefix + "ids", targets.size(), count);
  check_tree_count(node, prefix + "weights", weights.size(), count);
  check_tree_limits("weights", count, node.limits().tree_nodes);
  // Counted first, then put where they belong, those of a leaf in the order listed.
  std::vector<std::uint32_t> places(count);
  for (std::size_t v = 0; v < count; ++v) {
    places[v] = keys.find(tree_ids[v], node_ids[v], [&] { return "weight " + std::to_string(v) + " is for"; });
    TreeNode& leaf = trees.nodes[places[v]];
    if (leaf.mode == TreeMode::leaf) ++leaf.no;
  }
  std::uint32_t end = 0;
  for (TreeNode& leaf : trees.nodes) {
    if (leaf.mode != TreeMode::leaf) continue;
    leaf.yes = end;
    end += std::exchange(leaf.no, end);
  }
  trees.votes.resize(end);
  for (std::size_t v = 0; v < count; ++v) {
    const std::uint32_t target =
        tree_index(node, targets[v], shape.targets, [&] { return "weight " + std::to_string(v) + " is for target"; });
    if (v == 0) trees.lone_target = target;
    if (trees.lone_target != target) trees.lone_target.reset();
    trees.some_negative = trees.some_negative || weights[v] < 0;
    TreeNode& leaf = trees.nodes[places[v]];
    if (leaf.mode == TreeMode::leaf) add_vote(node, trees, leaf.no++, {weights[v], target});
  }
}

}  // namespace

TreeNodes read_keyed_tree_nodes(const NodeContext& node, std::string_view prefix, const TreeShape& shape) {
  const auto tree_ids = std::make_shared<const Ids>(node.integers("nodes_treeids"));
  const auto node_ids = std::make_shared<const Ids>(node.integers("nodes_nodeids"));
  static_cast<void>(node.has("nodes_hitrates"));  // how often nodes were met in training
  static_cast<void>(node.has("nodes_hitrates_as_tensor"));
  const std::size_t count = tree_ids->size();
  if (count == 0) node.malformed("has no trees");
  check_tree_limits("nodes", count, node.limits().tree_nodes);
  check_tree_count(node, "nodes_nodeids", node_ids->size(), count);
  Keys keys(node, *tree_ids, *node_ids);
  check_tree_limits("trees", keys.trees(), node.limits().trees);
  TreeNodes trees;
  trees.name = [tree_ids, node_ids](std::uint32_t i) { return key_name((*tree_ids)[i], (*node_ids)[i]); };
  trees.nodes.resize(count);
  read_nodes(node, shape, *tree_ids, keys, trees);
  read_votes(node, std::string(prefix), shape, keys, trees);
  std::unordered_map<std::int64_t, std::uint32_t> firsts;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (i > 0 && (*tree_ids)[i] == (*tree_ids)[i - 1]) continue;
    if (firsts.emplace((*tree_ids)[i], i).second) trees.roots.push_back(i);
  }
  return trees;
}

}  // namespace pelton::formats::onnx
