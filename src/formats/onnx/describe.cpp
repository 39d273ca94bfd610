#include "formats/onnx/describe.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include "formats/onnx/names.hpp"

namespace pelton::formats::onnx {
namespace {

std::string kind_of(const GraphProto& graph, std::size_t layers, bool classifies, bool verdict) {
  const auto has = [&](std::string_view op) {
    return std::any_of(graph.node.begin(), graph.node.end(), [&](const NodeProto& node) { return node.op_type == op; });
  };
  if (has("SVMClassifier")) return "support vector classifier";
  if (has("SVMRegressor")) return verdict ? "one-class support vector machine" : "support vector regression";
  const bool linear = has("LinearClassifier") || has("LinearRegressor") || layers == 1;
  const std::string family = linear ? "linear" : layers > 1 ? "neural network" : "graph";
  if (classifies) return family + " classifier";
  return family == "linear" ? "linear regression" : family;
}

}  // namespace

model::Description describe(const ModelProto& model, std::size_t layers,
                            const std::array<std::optional<model::OutputSpec>, model::kMethodCount>& outputs,
                            bool classifies) {
  const auto& predict = outputs[static_cast<std::size_t>(model::Method::predict)];
  const bool verdict = predict && !predict->labelled && predict->type == model::ElementType::int64;
  model::Description description;
  description.format = "onnx";
  description.kind = kind_of(*model.graph, layers, classifies, verdict);
  for (const NodeProto& node : model.graph->node) description.operations.push_back(printable(node.op_type));
  return description;
}

}  // namespace pelton::formats::onnx
