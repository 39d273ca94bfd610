#include "formats/onnx/describe.hpp"

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>

#include "core/printable.hpp"
#include "formats/onnx/attachments.hpp"

namespace pelton::formats::onnx {
namespace {

const AttributeProto* find_attribute(const NodeProto& node, std::string_view name) {
  const auto found = std::find_if(node.attribute.begin(), node.attribute.end(),
                                  [&](const AttributeProto& attribute) { return attribute.name == name; });
  return found != node.attribute.end() ? &*found : nullptr;
}

bool is_text(const AttributeProto* attribute, std::string_view text) {
  return attribute != nullptr && attribute->s == text;
}

bool is_lone_tree(const NodeProto& node) {
  if (const AttributeProto* roots = find_attribute(node, "tree_roots")) return roots->ints.size() == 1;
  const AttributeProto* ids = find_attribute(node, "nodes_treeids");
  return ids != nullptr &&
         std::adjacent_find(ids->ints.begin(), ids->ints.end(), std::not_equal_to()) == ids->ints.end();
}

/// What kind of trees a node holds, as far as it can be told: boosting starts from base values or
/// ends in a link, a forest averages, or weighs classes with what adds up to shares.
std::string trees_of(const NodeProto& node) {
  if (is_lone_tree(node)) return "decision tree";
  const AttributeProto* transform = find_attribute(node, "post_transform");
  const bool linked = is_text(transform, "LOGISTIC") || is_text(transform, "SOFTMAX");
  const bool based =
      find_attribute(node, "base_values") != nullptr || find_attribute(node, "base_values_as_tensor") != nullptr;
  if (linked || based) return "gradient boosted trees";
  if (is_text(find_attribute(node, "aggregate_function"), "AVERAGE")) return "random forest";
  const AttributeProto* shares = find_attribute(node, "class_weights");
  const bool all_shares = shares != nullptr && std::all_of(shares->floats.begin(), shares->floats.end(),
                                                           [](float share) { return share >= 0 && share <= 1; });
  return all_shares ? "random forest" : "tree ensemble";
}

/// The kind of a graph whose learned parts are tree ensembles.
std::string tree_kind(const GraphProto& graph, bool classifies) {
  const auto is_trees = [](const NodeProto& node) { return node.op_type.substr(0, 12) == "TreeEnsemble"; };
  const auto first = std::find_if(graph.node.begin(), graph.node.end(), is_trees);
  const bool several = std::count_if(graph.node.begin(), graph.node.end(), is_trees) > 1;
  const std::string family = several ? "tree ensembles" : trees_of(*first);
  return family + (classifies ? ", classification" : ", regression");
}

std::string kind_of(const GraphProto& graph, std::size_t layers, bool classifies, bool verdict) {
  const auto has = [&](std::string_view op) {
    return std::any_of(graph.node.begin(), graph.node.end(), [&](const NodeProto& node) { return node.op_type == op; });
  };
  if (has("SVMClassifier")) return "support vector classifier";
  if (has("SVMRegressor")) return verdict ? "one-class support vector machine" : "support vector regression";
  const bool trees = has("TreeEnsembleClassifier") || has("TreeEnsembleRegressor") || has("TreeEnsemble");
  if (trees && layers == 0 && !has("LinearClassifier") && !has("LinearRegressor")) return tree_kind(graph, classifies);
  const bool linear = has("LinearClassifier") || has("LinearRegressor") || layers == 1;
  const std::string family = linear ? "linear" : layers > 1 ? "neural network" : "graph";
  if (trees) return classifies ? "graph classifier" : "graph";
  if (classifies) return family + " classifier";
  return family == "linear" ? "linear regression" : family;
}

/// `tokens: int64 [rows, 4], features 0 to 3`.
std::string told(const GraphInput& input) {
  std::string shape = "[rows";
  for (const std::int64_t dim : input.tail) shape += ", " + std::to_string(dim);
  return core::printable(input.name) + ": " + std::string(to_string(input.type)) + " " + shape + "], features " +
         std::to_string(input.first) + " to " + std::to_string(input.first + input.width - 1);
}

}  // namespace

model::Description describe(const ModelProto& model, const GraphInputs& inputs, std::size_t layers,
                            const std::array<std::optional<model::OutputSpec>, model::kMethodCount>& outputs,
                            bool classifies) {
  const auto& predict = outputs[static_cast<std::size_t>(model::Method::predict)];
  const bool verdict = predict && !predict->labelled && predict->type == model::ElementType::int64;
  model::Description description;
  description.format = "onnx";
  description.kind = kind_of(*model.graph, layers, classifies, verdict);
  for (const GraphInput& input : inputs.inputs) {
    if (input.width > 1) description.inputs.push_back(told(input));
  }
  for (const NodeProto& node : model.graph->node) {
    description.operations.push_back(core::printable(node.written_as.empty() ? node.op_type : node.written_as));
  }
  description.attachments = attachments_of(model);
  return description;
}

}  // namespace pelton::formats::onnx
