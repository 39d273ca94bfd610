#include "formats/onnx/tree_checks.hpp"

#include <cmath>

namespace pelton::formats::onnx {

void add_vote(const NodeContext& node, TreeNodes& trees, std::size_t place, TreeVote vote) {
  if (std::isnan(vote.weight)) node.malformed("weight " + std::to_string(place) + " is NaN");
  trees.votes[place] = vote;
}

void add_split(const NodeContext& node, TreeNodes& trees, std::uint32_t place, double split) {
  TreeNode& to = trees.nodes[place];
  if (std::isnan(split) && to.mode != TreeMode::member) node.malformed(trees.name(place) + ": its threshold is NaN");
  to.split = split;
}

std::vector<double> read_precise_numbers(const NodeContext& node, std::string_view name, DataType type) {
  const std::string precise = std::string(name) + "_as_tensor";
  const std::optional<Tensor> tensor = node.tensor(precise);
  std::vector<double> floats = node.numbers(name);
  if (!tensor) return floats;
  if (!floats.empty()) node.malformed("has both attributes \"" + std::string(name) + "\" and \"" + precise + "\"");
  if (tensor->type != DataType::float32 && tensor->type != type) {
    node.refuse("attribute \"" + precise + "\" is of type " + std::string(to_string(tensor->type)) +
                " for inputs of type " + std::string(to_string(type)));
  }
  return tensor->numbers();
}

}  // namespace pelton::formats::onnx
