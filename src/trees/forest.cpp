#include "trees/forest.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <unordered_set>

namespace pelton::trees {

namespace {

using core::Error;
using core::ErrorCode;

bool is_float(double x) { return std::isnan(x) || static_cast<double>(static_cast<float>(x)) == x; }

/// The faults of one tree; `reached` is scratch.
class TreeCheck {
 public:
  TreeCheck(const Forest& forest, std::size_t index)
      : forest_(forest), tree_(forest.trees[index]), place_("tree " + std::to_string(index)) {}

  core::Result<void> run(std::vector<bool>& reached) const {
    if (tree_.nodes.empty()) return fault("has no nodes");
    if (tree_.width == 0 || tree_.output >= forest_.outputs || tree_.width > forest_.outputs - tree_.output) {
      return fault("adds to an output that is not there");
    }
    reached.assign(tree_.nodes.size(), false);
    reached[0] = true;
    for (std::size_t i = 0; i < tree_.nodes.size(); ++i) {
      const Node& node = tree_.nodes[i];
      auto checked = node.is_leaf() ? leaf(i, node) : split(i, node, reached);
      if (!checked) return checked;
    }
    // Every node but the root has exactly one parent: with no cycle apart from the root's tree, counting
    // the root's descendants tells whether all hang together.
    if (descendants() != tree_.nodes.size()) return fault("has nodes that the root does not lead to");
    return {};
  }

 private:
  core::Result<void> fault(const std::string& what) const { return Error(ErrorCode::malformed, place_ + " " + what); }
  core::Result<void> node_fault(std::size_t node, const std::string& what) const {
    return Error(ErrorCode::malformed, place_ + ", node " + std::to_string(node) + ": " + what);
  }

  core::Result<void> leaf(std::size_t i, const Node& node) const {
    if (node.no > forest_.values.size() || tree_.width > forest_.values.size() - node.no) {
      return node_fault(i, "its value is not there");
    }
    if (node.set != kNone && node.set >= forest_.linear.size()) return node_fault(i, "its linear model is not there");
    return {};
  }

  core::Result<void> split(std::size_t i, const Node& node, std::vector<bool>& reached) const {
    if (node.feature >= forest_.features) {
      return node_fault(
          i, "splits on feature " + std::to_string(node.feature) + " of " + std::to_string(forest_.features));
    }
    for (const std::uint32_t child : {node.yes, node.no}) {
      if (child >= tree_.nodes.size()) return node_fault(i, "its child " + std::to_string(child) + " is not there");
      if (reached[child]) return node_fault(i, "its child " + std::to_string(child) + " has another parent");
      reached[child] = true;
    }
    if (node.test == Test::in_set) {
      if (node.set >= forest_.sets.size()) return node_fault(i, "its set of categories is not there");
    } else if (std::isnan(node.threshold)) {
      return node_fault(i, "its threshold is NaN");
    }
    if (node.zero_is_missing && node.missing == Missing::as_zero) return node_fault(i, "missing values go nowhere");
    return {};
  }

  std::size_t descendants() const {
    std::vector<std::uint32_t> open{0};
    std::size_t count = 0;
    while (!open.empty()) {
      const Node& node = tree_.nodes[open.back()];
      open.pop_back();
      ++count;
      if (node.is_leaf()) continue;
      open.push_back(node.yes);
      open.push_back(node.no);
    }
    return count;
  }

  const Forest& forest_;
  const Tree& tree_;
  std::string place_;
};

core::Result<void> check_sets(const Forest& forest) {
  for (std::size_t s = 0; s < forest.sets.size(); ++s) {
    const std::vector<double>& members = forest.sets[s].members;
    const bool rises = std::adjacent_find(members.begin(), members.end(),
                                          [](double a, double b) { return !(a < b); }) == members.end();
    if (!rises || (members.size() == 1 && std::isnan(members[0]))) {
      return Error(ErrorCode::malformed, "set of categories " + std::to_string(s) + " is not in order");
    }
  }
  return {};
}

/// Sets may be shared by nodes, but not so that a small file stands for much: members of distinct pairs of a
/// set and a feature are counted.
core::Result<void> check_set_uses(const Forest& forest) {
  constexpr std::size_t kMostMembers = std::size_t{1} << 25;
  std::unordered_set<std::uint64_t> seen;
  std::size_t members = 0;
  for (const Tree& tree : forest.trees) {
    for (const Node& node : tree.nodes) {
      if (node.is_leaf() || node.test != Test::in_set) continue;
      if (!seen.insert(std::uint64_t{node.set} << 32 | node.feature).second) continue;
      members += forest.sets[node.set].members.size();
      if (members > kMostMembers) {
        return Error(ErrorCode::too_large, "its sets of categories have more than " + std::to_string(kMostMembers) +
                                               " members on all features together");
      }
    }
  }
  return {};
}

core::Result<void> check_linear(const Forest& forest) {
  if (!forest.linear.empty() && (forest.input != Precision::float64 || forest.sum_precision != Precision::float64)) {
    return Error(ErrorCode::malformed, "has linear leaves in float32");
  }
  for (std::size_t l = 0; l < forest.linear.size(); ++l) {
    const LinearLeaf& linear = forest.linear[l];
    const bool known = std::all_of(linear.features.begin(), linear.features.end(),
                                   [&](std::uint32_t feature) { return feature < forest.features; });
    if (!known || linear.features.size() != linear.coefficients.size()) {
      return Error(ErrorCode::malformed, "linear leaf " + std::to_string(l) + " does not fit the features");
    }
  }
  return {};
}

}  // namespace

core::Result<void> check(const Forest& forest) {
  if (forest.outputs == 0 || forest.base.size() != forest.outputs) {
    return Error(ErrorCode::malformed, "has " + std::to_string(forest.base.size()) + " base values for " +
                                           std::to_string(forest.outputs) + " outputs");
  }
  if (forest.sum_precision == Precision::float32) {
    const auto exact = [](const std::vector<double>& all) { return std::all_of(all.begin(), all.end(), is_float); };
    if (!exact(forest.values) || !exact(forest.base)) {
      return Error(ErrorCode::malformed, "has leaf or base values that are no float32");
    }
    if (!is_float(forest.divisor) || !is_float(forest.scale)) {
      return Error(ErrorCode::malformed, "has a divisor or scale that is no float32");
    }
  }
  if (auto sets = check_sets(forest); !sets) return sets;
  if (auto linear = check_linear(forest); !linear) return linear;
  std::vector<bool> reached;
  for (std::size_t t = 0; t < forest.trees.size(); ++t) {
    if (auto tree = TreeCheck(forest, t).run(reached); !tree) return tree;
  }
  return check_set_uses(forest);
}

std::size_t depth(const Tree& tree) {
  std::vector<std::pair<std::uint32_t, std::size_t>> open{{0, 0}};
  std::size_t most = 0;
  while (!open.empty()) {
    const auto [at, level] = open.back();
    open.pop_back();
    most = std::max(most, level);
    const Node& node = tree.nodes[at];
    if (node.is_leaf()) continue;
    open.emplace_back(node.yes, level + 1);
    open.emplace_back(node.no, level + 1);
  }
  return most;
}

std::size_t count_leaves(const Tree& tree) {
  return static_cast<std::size_t>(
      std::count_if(tree.nodes.begin(), tree.nodes.end(), [](const Node& node) { return node.is_leaf(); }));
}

}  // namespace pelton::trees
