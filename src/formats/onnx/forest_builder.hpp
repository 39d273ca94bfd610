#pragma once

#include <cstddef>
#include <vector>

#include "formats/onnx/tree_nodes.hpp"
#include "trees/forest.hpp"

namespace pelton::formats::onnx {

/// A forest out of a node's trees, and which targets its leaves are about.
struct BuiltForest {
  trees::Forest forest;
  std::vector<bool> always;  ///< one a target: some tree has a weight for it in every leaf
};

/// Puts the trees together in the plain form: follows each from its root, gives every branch its
/// test, and every leaf its values. `forest` holds all but trees, values and sets.
///
/// A tree whose leaves are about one target has one value a leaf; where they are about several, as
/// many as lie between the first and the last of them. Chains of EQ nodes with one yes child, which
/// is how exporters spell out a set of categories, become one test; leaves may be shared. Refuses
/// nodes that form no trees, leaves with no weight or two for one target, and forms far larger than
/// the file's.
BuiltForest build_forest(const NodeContext& node, const TreeNodes& trees, trees::Forest forest);

}  // namespace pelton::formats::onnx
