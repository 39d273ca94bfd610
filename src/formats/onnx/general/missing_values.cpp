#include "formats/onnx/general/missing_values.hpp"

#include <algorithm>
#include <cmath>

#include "formats/onnx/refusals.hpp"
#include "formats/onnx/registry.hpp"

namespace pelton::formats::onnx {
namespace {

const AttributeProto* attribute(const NodeProto& node, std::string_view name) {
  const auto found = std::find_if(node.attribute.begin(), node.attribute.end(),
                                  [name](const AttributeProto& a) { return a.name == name; });
  return found == node.attribute.end() ? nullptr : &*found;
}

/// Whether a Concat puts columns side by side: all inputs are [rows, width] of features.
bool joins_columns(const NodeProto& node, std::span<const Known* const> inputs) {
  const AttributeProto* const axis = attribute(node, "axis");
  if (axis != nullptr && axis->i != 1 && axis->i != -1) return false;
  return std::all_of(inputs.begin(), inputs.end(), [](const Known* known) {
    return known != nullptr && known->features != nullptr && known->value != nullptr &&
           known->value->tensor.rank() == 2;
  });
}

}  // namespace

void trace_features(const NodeProto& node, std::span<const Known* const> inputs, std::span<Known> outputs) {
  if (!known_domain(node.domain).empty() || inputs.empty() || inputs[0] == nullptr || outputs.empty()) return;
  const bool floats = is_floating(inputs[0]->type) && is_floating(outputs[0].type);
  if (node.op_type == "Identity" || (node.op_type == "Cast" && floats)) outputs[0].features = inputs[0]->features;
  if (node.op_type != "Concat" || !joins_columns(node, inputs)) return;
  std::vector<std::size_t> all;
  for (const Known* known : inputs) all.insert(all.end(), known->features->begin(), known->features->end());
  outputs[0].features = std::make_shared<const std::vector<std::size_t>>(std::move(all));
}

FeatureList handled_missing(const NodeProto& node, std::span<const Known* const> inputs) {
  if (inputs.empty() || inputs[0] == nullptr || !is_floating(inputs[0]->type)) return nullptr;
  const std::string_view domain = known_domain(node.domain);
  if (domain.empty() && node.op_type == "IsNaN") return inputs[0]->features;
  if (domain != kMlDomain || node.op_type != "Imputer") return nullptr;
  const AttributeProto* const replaced = attribute(node, "replaced_value_float");
  return replaced != nullptr && std::isnan(replaced->f) ? inputs[0]->features : nullptr;
}

}  // namespace pelton::formats::onnx
