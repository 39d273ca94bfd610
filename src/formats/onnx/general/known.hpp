#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "formats/onnx/proto.hpp"
#include "model/schema.hpp"
#include "operators/node.hpp"
#include "tensor/graph.hpp"
#include "tensor/operation.hpp"

namespace pelton::formats::onnx {

using LabelList = std::shared_ptr<const std::vector<model::Label>>;
/// Numbers of features, shared by the many values that they may be handed on to.
using FeatureList = std::shared_ptr<const std::vector<std::size_t>>;

/// What a name of a graph stands for while the graph is compiled over tensors.
struct Known {
  std::size_t id = tensor::Graph::kNothing;  ///< its number in the graph under construction
  bool is_sequence = false;
  DataType type = DataType::undefined;  ///< of the tensor, or the sequence's tensors
  bool constant = false;
  /// Its value: a constant's own, or what it was when the graph was tried out; null where it was not.
  std::shared_ptr<const tensor::Value> value = nullptr;
  tensor::RowAxis rows = tensor::RowAxis::none();
  std::vector<tensor::Count> counts = {};  ///< where rows are counted: one an element
  /// Where every element is one of a list of class labels: that list, in the file's order, else null. Shared by
  /// the many values that a list may be handed on to.
  LabelList labels = nullptr;
  /// The elements are column numbers below this (an ArgMax's answer); 0: they are not.
  std::size_t choices = 0;
  /// The features that the columns are, unchanged; null where it is not known that they are any.
  FeatureList features = nullptr;
  /// A ZipMap's answer: the scores it was given, each with its label. Then `labels` are the scores'.
  bool labelled_scores = false;
};

/// The values of a graph by name. Unknown: the answer of a node that was refused.
using KnownValues = std::unordered_map<std::string_view, std::optional<Known>>;

/// Tells which labels (or how many choices) the outputs of a node can be, by its operator: fills `labels`
/// and `choices` of `outputs`. `inputs` are null where left out.
void trace_labels(const NodeProto& node, std::span<const Known* const> inputs, std::span<Known> outputs);

}  // namespace pelton::formats::onnx
