#include "formats/onnx/node_context.hpp"

#include <cmath>
#include <utility>

#include "core/printable.hpp"

namespace pelton::formats::onnx {
namespace {

std::string ordinal_input(const NodeProto& node, std::size_t i) {
  return "input " + std::to_string(i) + " (\"" + core::printable(node.input[i]) + "\")";
}

std::string attribute_name(std::string_view name) { return "attribute \"" + core::printable(name) + "\""; }

}  // namespace

NodeContext::NodeContext(const NodeProto& node, std::int64_t opset, std::vector<const Value*> inputs,
                         graph::ProgramBuilder& builder, const Limits& limits)
    : node_(node),
      opset_(opset),
      inputs_(std::move(inputs)),
      builder_(builder),
      limits_(limits),
      plan_name_(core::printable(node.name.empty() ? node.op_type : node.name)),
      read_(node.attribute.size(), false) {}

const Value& NodeContext::input(std::size_t i) const {
  if (!has_input(i)) malformed("input " + std::to_string(i) + " is missing");
  return *inputs_[i];
}

const Words& NodeContext::words(std::size_t i) const {
  if (const Words* words = std::get_if<Words>(&input(i))) return *words;
  refuse(ordinal_input(node_, i) + " is not text of the request");
}

const Rows& NodeContext::rows(std::size_t i) const {
  if (const Rows* rows = std::get_if<Rows>(&input(i))) return *rows;
  const char* what = " is not a tensor of numbers";
  if (is_constant(i)) what = " is a constant, where rows are expected";
  if (is_words(i)) what = " is text, where numbers are expected";
  if (is_stacked(i)) what = " is [rows, lines, columns], where [rows, columns] is expected";
  refuse(ordinal_input(node_, i) + what);
}

const Rows& NodeContext::matrix(std::size_t i) const {
  const Rows& value = rows(i);
  if (value.flat) refuse(ordinal_input(node_, i) + " is [rows], where [rows, width] is expected");
  return value;
}

const Rows& NodeContext::floating_matrix(std::size_t i) const {
  const Rows& value = matrix(i);
  if (!is_floating(value.type)) {
    refuse(ordinal_input(node_, i) + " is of type " + std::string(to_string(value.type)) + ", not float or double");
  }
  return value;
}

Tensor NodeContext::constant(std::size_t i) const {
  const ConstantValue* value = std::get_if<ConstantValue>(&input(i));
  if (value == nullptr) refuse(ordinal_input(node_, i) + " is computed, where a constant is expected");
  if (value->initializer == nullptr) return *value->tensor;
  return take(decode_tensor(*value->initializer));
}

std::vector<std::int64_t> NodeContext::constant_integers(std::size_t i) const {
  const Tensor tensor = constant(i);
  if (!tensor.is_integer() || tensor.shape.size() > 1)
    malformed(ordinal_input(node_, i) + " is not a list of integers");
  return tensor.integers();
}

double NodeContext::constant_number(std::size_t i) const {
  const Tensor tensor = constant(i);
  if (tensor.is_text() || tensor.size() != 1) malformed(ordinal_input(node_, i) + " is not a single number");
  return tensor.numbers().front();
}

const AttributeProto* NodeContext::find(std::string_view name) const {
  for (std::size_t i = 0; i < node_.attribute.size(); ++i) {
    if (node_.attribute[i].name != name) continue;
    read_[i] = true;
    return &node_.attribute[i];
  }
  return nullptr;
}

const AttributeProto* NodeContext::find(std::string_view name, AttributeType type) const {
  const AttributeProto* attribute = find(name);
  if (attribute == nullptr) return nullptr;
  if (!attribute->ref_attr_name.empty()) refuse(attribute_name(name) + " refers to a function's");
  // Files of the first IR versions leave the type out; which field is filled says it then.
  if (attribute->type != type && attribute->type != AttributeType::undefined) {
    malformed(attribute_name(name) + " is of the wrong type");
  }
  return attribute;
}

std::int64_t NodeContext::integer(std::string_view name, std::int64_t otherwise) const {
  const AttributeProto* attribute = find(name, AttributeType::integer);
  return attribute != nullptr ? attribute->i : otherwise;
}

double NodeContext::number(std::string_view name, double otherwise) const {
  const AttributeProto* attribute = find(name, AttributeType::float32);
  return attribute != nullptr ? static_cast<double>(attribute->f) : otherwise;
}

std::string_view NodeContext::text(std::string_view name, std::string_view otherwise) const {
  const AttributeProto* attribute = find(name, AttributeType::string);
  return attribute != nullptr ? attribute->s : otherwise;
}

std::vector<std::int64_t> NodeContext::integers(std::string_view name) const {
  const AttributeProto* attribute = find(name, AttributeType::integers);
  return attribute != nullptr ? attribute->ints : std::vector<std::int64_t>();
}

std::vector<double> NodeContext::numbers(std::string_view name) const {
  const AttributeProto* attribute = find(name, AttributeType::floats);
  if (attribute == nullptr) return {};
  return {attribute->floats.begin(), attribute->floats.end()};
}

std::vector<std::string> NodeContext::texts(std::string_view name) const {
  const std::span<const std::string_view> views = text_views(name);
  return {views.begin(), views.end()};
}

std::span<const std::string_view> NodeContext::text_views(std::string_view name) const {
  const AttributeProto* attribute = find(name, AttributeType::strings);
  if (attribute == nullptr) return {};
  return attribute->strings;
}

std::optional<Tensor> NodeContext::tensor(std::string_view name) const {
  const AttributeProto* attribute = find(name, AttributeType::tensor);
  if (attribute == nullptr) return std::nullopt;
  if (attribute->tensors.size() != 1) malformed(attribute_name(name) + " does not hold one tensor");
  return take(decode_tensor(attribute->tensors.front()));
}

std::optional<std::string_view> NodeContext::unread_attribute() const {
  for (std::size_t i = 0; i < read_.size(); ++i) {
    if (!read_[i]) return node_.attribute[i].name;
  }
  return std::nullopt;
}

void NodeContext::give(Tensor tensor) {
  give(Value(ConstantValue{nullptr, std::make_shared<const Tensor>(std::move(tensor))}));
}

}  // namespace pelton::formats::onnx
