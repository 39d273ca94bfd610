#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/onnx/node_context.hpp"
#include "formats/onnx/proto.hpp"
#include "trees/forest.hpp"

namespace pelton::formats::onnx {

/// What a node of an ensemble asks of a value x: BRANCH_LEQ and so on, or LEAF.
enum class TreeMode : std::uint8_t { less_equal, less, greater_equal, greater, equal, not_equal, member, leaf };

/// A node as the attributes have it, ids turned into places in TreeNodes::nodes.
struct TreeNode {
  double split = 0;
  std::uint32_t feature = 0;
  std::uint32_t yes = 0;  ///< split: where the node is that a yes leads to; leaf: its first vote
  std::uint32_t no = 0;   ///< split: the same of a no; leaf: one past its last vote
  std::uint32_t set = 0;  ///< member: index into TreeNodes::sets
  TreeMode mode = TreeMode::leaf;
  bool missing_yes = false;  ///< NaN counts as a yes, whatever the test says of it
};

/// A weight that a leaf gives a target (or class).
struct TreeVote {
  double weight = 0;
  std::uint32_t target = 0;
};

/// The trees of one node of a graph. Every index is in range, but the nodes need not form trees yet.
struct TreeNodes {
  std::vector<TreeNode> nodes;
  std::vector<std::uint32_t> roots;  ///< in the order in which the trees are summed up
  std::vector<TreeVote> votes;
  std::vector<trees::CategorySet> sets;
  bool some_missing = false;                       ///< of some node, a missing value is a yes
  bool some_negative = false;                      ///< some weight listed is below 0
  std::optional<std::uint32_t> lone_target;        ///< the only target that any weight listed is for
  std::function<std::string(std::uint32_t)> name;  ///< of the node at a place, for errors
};

/// The shape that the ensemble has to fit, and the type of the values it looks at.
struct TreeShape {
  std::size_t features = 0;
  std::size_t targets = 0;
  DataType type = DataType::float32;
};

/// The nodes of a TreeEnsembleRegressor (`prefix` "target_") or TreeEnsembleClassifier ("class_"):
/// listed in any order, each under its tree's id and its own; a tree's first is its root, as ONNX
/// Runtime and the reference have it. Weights of nodes that are no leaves count for nothing.
TreeNodes read_keyed_tree_nodes(const NodeContext& node, std::string_view prefix, const TreeShape& shape);

/// The nodes of a TreeEnsemble of ai.onnx.ml 5, whose splits and leaves are lists of their own.
TreeNodes read_indexed_tree_nodes(const NodeContext& node, const TreeShape& shape);

/// The numbers of an attribute that is a list of floats under `name`, or a tensor under
/// `name`_as_tensor, whose type must be that of the values looked at (or float).
std::vector<double> read_precise_numbers(const NodeContext& node, std::string_view name, DataType type);

}  // namespace pelton::formats::onnx
