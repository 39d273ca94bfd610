#include "formats/onnx/forest_builder.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "core/error.hpp"

namespace pelton::formats::onnx {
namespace {

using trees::Missing;
using trees::Node;
using trees::Test;

/// How many values may stand for a weight of the file where leaves are about several targets.
constexpr std::size_t kMostSpread = 1024;
constexpr std::size_t kMostValues = std::size_t{1} << 27;

/// The test of a split, its children as the file has them. A "no" to the opposite question is a yes.
Node test_of(const TreeNode& split) {
  Node node;
  node.threshold = split.split;
  node.feature = split.feature;
  bool opposite = false;
  bool missing_yes = split.missing_yes;
  switch (split.mode) {
    case TreeMode::less: node.test = Test::less; break;
    case TreeMode::less_equal: node.test = Test::less_equal; break;
    case TreeMode::equal: node.test = Test::equal; break;
    case TreeMode::member: node.test = Test::in_set; break;
    case TreeMode::greater_equal:
      node.test = Test::less;
      opposite = true;
      break;
    case TreeMode::greater:
      node.test = Test::less_equal;
      opposite = true;
      break;
    case TreeMode::not_equal:
      node.test = Test::equal;
      opposite = true;
      missing_yes = true;  // NaN differs from everything
      break;
    case TreeMode::leaf: break;
  }
  node.yes = opposite ? split.no : split.yes;
  node.no = opposite ? split.yes : split.no;
  node.missing = missing_yes != opposite ? Missing::to_yes : Missing::to_no;
  return node;
}

class ForestBuilder {
 public:
  ForestBuilder(const NodeContext& node, const TreeNodes& from, trees::Forest forest)
      : node_(node),
        from_(from),
        reached_(from.nodes.size(), false),
        counts_(forest.outputs, 0),
        built_{std::move(forest), std::vector<bool>(counts_.size(), false)} {
    built_.forest.sets = from_.sets;
  }

  BuiltForest run() {
    built_.forest.trees.reserve(from_.roots.size());
    for (const std::uint32_t root : from_.roots) add_tree(root);
    for (std::uint32_t i = 0; i < from_.nodes.size(); ++i) {
      if (!reached_[i]) node_.malformed(from_.name(i) + " is reached from no root");
    }
    return std::move(built_);
  }

 private:
  struct Place {
    std::uint32_t from;    ///< of the node to come
    std::uint32_t parent;  ///< that leads to it, in the new tree
    bool yes;
  };

  void add_tree(std::uint32_t root);
  Node take(std::uint32_t at);
  Node take_chain(std::uint32_t at);
  void reach(std::uint32_t at);
  void fill_leaves(trees::Tree& tree, const std::vector<std::uint32_t>& leaves);
  void find_targets(trees::Tree& tree, const std::vector<std::uint32_t>& leaves);
  void add_values(const trees::Tree& tree, std::uint32_t leaf);

  const NodeContext& node_;
  const TreeNodes& from_;
  std::vector<bool> reached_;
  std::vector<std::uint32_t> counts_;  ///< of a tree: leaves with a weight for each target
  std::vector<Place> open_;
  BuiltForest built_;
};

void ForestBuilder::reach(std::uint32_t at) {
  if (from_.nodes[at].mode != TreeMode::leaf && reached_[at]) {
    node_.malformed(from_.name(at) + " is reached twice: its tree is none");
  }
  reached_[at] = true;
}

/// A chain of EQ nodes that all lead to one yes child, as the set of what they ask for.
Node ForestBuilder::take_chain(std::uint32_t at) {
  const TreeNode& first = from_.nodes[at];
  trees::CategorySet set;
  bool missing_yes = false;
  const TreeNode* last = &first;
  for (std::uint32_t i = at;;) {
    reach(i);
    last = &from_.nodes[i];
    set.members.push_back(last->split);
    missing_yes = missing_yes || last->missing_yes;
    i = last->no;
    const TreeNode& next = from_.nodes[i];
    if (next.mode != TreeMode::equal || next.feature != first.feature || next.yes != first.yes) break;
  }
  Node node = test_of(first);
  node.no = last->no;
  node.missing = missing_yes ? Missing::to_yes : Missing::to_no;
  if (set.members.size() == 1) return node;
  std::sort(set.members.begin(), set.members.end());
  set.members.erase(std::unique(set.members.begin(), set.members.end()), set.members.end());
  node.test = Test::in_set;
  node.set = static_cast<std::uint32_t>(built_.forest.sets.size());
  built_.forest.sets.push_back(std::move(set));
  return node;
}

Node ForestBuilder::take(std::uint32_t at) {
  const TreeNode& split = from_.nodes[at];
  if (split.mode == TreeMode::equal) return take_chain(at);
  reach(at);
  Node node = test_of(split);
  if (split.mode == TreeMode::member) node.set = split.set;
  return node;
}

void ForestBuilder::add_tree(std::uint32_t root) {
  trees::Tree& tree = built_.forest.trees.emplace_back();
  std::vector<std::uint32_t> leaves;  // where the file has them, in the new tree's order
  open_.assign(1, {root, trees::kNone, false});
  while (!open_.empty()) {
    const Place place = open_.back();
    open_.pop_back();
    const auto index = static_cast<std::uint32_t>(tree.nodes.size());
    if (place.parent != trees::kNone) {
      Node& parent = tree.nodes[place.parent];
      (place.yes ? parent.yes : parent.no) = index;
    }
    if (from_.nodes[place.from].mode == TreeMode::leaf) {
      reach(place.from);
      Node leaf;
      leaf.feature = trees::kNone;
      leaf.yes = static_cast<std::uint32_t>(leaves.size());
      tree.nodes.push_back(leaf);
      leaves.push_back(place.from);
      continue;
    }
    const Node split = take(place.from);
    tree.nodes.push_back(split);
    open_.push_back({split.no, index, false});
    open_.push_back({split.yes, index, true});
  }
  fill_leaves(tree, leaves);
}

/// Which outputs the tree's leaves are about.
void ForestBuilder::find_targets(trees::Tree& tree, const std::vector<std::uint32_t>& leaves) {
  std::uint32_t first = std::numeric_limits<std::uint32_t>::max();
  std::uint32_t last = 0;
  for (const std::uint32_t leaf : leaves) {
    const TreeNode& node = from_.nodes[leaf];
    if (node.yes == node.no) node_.malformed(from_.name(leaf) + " is a leaf without a weight");
    for (std::uint32_t v = node.yes; v < node.no; ++v) {
      const std::uint32_t target = from_.votes[v].target;
      first = std::min(first, target);
      last = std::max(last, target);
      ++counts_[target];
    }
  }
  tree.output = first;
  tree.width = last - first + 1;
  for (std::uint32_t target = first; target <= last; ++target) {
    if (counts_[target] == 0) continue;
    // Counting is enough: a leaf with two weights for one target is refused when it is filled.
    if (counts_[target] == leaves.size()) built_.always[target] = true;
    counts_[target] = 0;
  }
}

void ForestBuilder::fill_leaves(trees::Tree& tree, const std::vector<std::uint32_t>& leaves) {
  find_targets(tree, leaves);
  std::vector<double>& values = built_.forest.values;
  const std::size_t wanted = leaves.size() * tree.width;
  const std::size_t most = tree.width == 1 ? std::numeric_limits<std::uint32_t>::max()
                                           : std::min(kMostValues, kMostSpread * from_.votes.size());
  if (wanted > most || values.size() > most - wanted) {
    throw Refusal(core::ErrorCode::too_large, "leaves about few of many targets each: too large a form");
  }
  for (Node& node : tree.nodes) {
    if (!node.is_leaf()) continue;
    node.no = static_cast<std::uint32_t>(values.size());
    add_values(tree, leaves[node.yes]);
  }
}

void ForestBuilder::add_values(const trees::Tree& tree, std::uint32_t leaf) {
  const TreeNode& node = from_.nodes[leaf];
  std::vector<double>& values = built_.forest.values;
  const std::size_t begin = values.size();
  // Until a weight has come for it, a place holds NaN: no weight is NaN.
  values.resize(begin + tree.width, std::numeric_limits<double>::quiet_NaN());
  for (std::uint32_t v = node.yes; v < node.no; ++v) {
    const TreeVote& vote = from_.votes[v];
    double& to = values[begin + vote.target - tree.output];
    if (!std::isnan(to)) {
      node_.refuse(from_.name(leaf) + " has two weights for target " + std::to_string(vote.target));
    }
    to = vote.weight;
  }
  if (built_.forest.aggregate != trees::Aggregate::sum) return;
  for (std::size_t i = begin; i < values.size(); ++i) {
    if (std::isnan(values[i])) values[i] = 0;
  }
}

}  // namespace

BuiltForest build_forest(const NodeContext& node, const TreeNodes& trees, trees::Forest forest) {
  return ForestBuilder(node, trees, std::move(forest)).run();
}

}  // namespace pelton::formats::onnx
