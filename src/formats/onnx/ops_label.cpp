#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <set>
#include <utility>

#include "core/utf8.hpp"
#include "formats/onnx/class_labels.hpp"
#include "formats/onnx/registry.hpp"

/// Labels, casts and constants.
namespace pelton::formats::onnx {
namespace {

using graph::UnaryOp;

void cast_labels(NodeContext& node, Labels labels, DataType to) {
  const bool text = labels.type == DataType::string;
  const bool same_kind = text == (to == DataType::string);
  if (!same_kind) node.refuse("casts labels between text and numbers");
  constexpr std::int64_t kExactInFloat = 1 << 24;
  for (const model::Label& name : labels.names) {
    const std::int64_t* number = std::get_if<std::int64_t>(&name);
    if (number == nullptr) continue;
    const bool narrow = to == DataType::float32 && (*number > kExactInFloat || *number < -kExactInFloat);
    const bool beyond = to == DataType::int32 && (*number > INT32_MAX || *number < INT32_MIN);
    if (narrow || beyond) node.refuse("casts labels to " + std::string(to_string(to)) + ", which cannot hold them");
  }
  const bool known = text || is_floating(to) || to == DataType::int64 || to == DataType::int32;
  if (!known) node.refuse("casts labels to " + std::string(to_string(to)));
  labels.type = to;
  node.give(std::move(labels));
}

/// The step that turns `from` into `to`; identity where every value of `from` is one of `to`.
UnaryOp cast_step(NodeContext& node, DataType from, DataType to) {
  switch (to) {
    case DataType::float64: return UnaryOp::identity;
    case DataType::float32:
      return from == DataType::float32 || from == DataType::boolean ? UnaryOp::identity : UnaryOp::to_float32;
    case DataType::int64:
      return from == DataType::boolean || from == DataType::int32 ? UnaryOp::identity : UnaryOp::to_int64;
    case DataType::int32: return from == DataType::boolean ? UnaryOp::identity : UnaryOp::to_int32;
    case DataType::boolean: return UnaryOp::to_bool;
    default: node.refuse("casts to " + std::string(to_string(to)));
  }
}

void cast_constant(NodeContext& node, DataType to) {
  Tensor tensor = node.constant(0);
  if (tensor.is_text() != (to == DataType::string)) node.refuse("casts a constant between text and numbers");
  if (is_floating(to)) {
    std::vector<double> values = std::move(tensor).numbers();
    if (to == DataType::float32) {
      for (double& value : values) value = static_cast<double>(static_cast<float>(value));
    }
    tensor.values = std::move(values);
  } else if (!tensor.is_text() && !(tensor.is_integer() && to == DataType::int64)) {
    node.refuse("casts a constant to " + std::string(to_string(to)));
  }
  tensor.type = to;
  node.give(std::move(tensor));
}

void cast_words(NodeContext& node, DataType to) {
  if (to != DataType::string) node.refuse("reads text of the request as numbers");
  node.give(node.words(0));
}

/// Ones and zeros are the same in every type.
void cast_stacked(NodeContext& node, DataType to) {
  Stacked x = std::get<Stacked>(node.input(0));
  static_cast<void>(cast_step(node, x.rows.type, to));
  x.rows.type = to;
  node.give(std::move(x));
}

void cast(NodeContext& node) {
  const auto to = static_cast<DataType>(node.integer("to", 0));
  static_cast<void>(node.integer("saturate", 1));    // of 8-bit floats
  static_cast<void>(node.text("round_mode", "up"));  // of 8-bit floats
  if (node.is_labels(0)) return cast_labels(node, std::get<Labels>(node.input(0)), to);
  if (node.is_constant(0)) return cast_constant(node, to);
  if (node.is_words(0)) return cast_words(node, to);
  if (node.is_stacked(0)) return cast_stacked(node, to);
  Rows x = node.rows(0);
  const UnaryOp step = cast_step(node, x.type, to);
  x.positive = x.positive || x.type == DataType::boolean || to == DataType::boolean;
  if (step != UnaryOp::identity) {
    x.block = node.add(graph::Unary{x.block, step});
    x.logistic = LogisticPart::none;
  }
  // Rounded to float, columns and margins are still what they were; as integers they are not.
  if (!is_floating(to) && is_floating(x.type)) {
    x.margin.reset();
    x.whole_parts = to == DataType::boolean ? std::vector<std::size_t>() : std::exchange(x.features, {});
    x.features.clear();
  }
  if (to == DataType::boolean) x.choices = 0;
  x.type = to;
  node.give(std::move(x));
}

void zip_map(NodeContext& node) {
  const Rows& x = node.matrix(0);
  Labels labels = class_labels(node, "classlabels_strings", "classlabels_int64s");
  if (labels.names.size() != x.width) {
    node.malformed("has " + std::to_string(labels.names.size()) + " class labels for " + std::to_string(x.width) +
                   " scores");
  }
  node.give(LabelledScores{x, std::move(labels.names)});
}

void constant(NodeContext& node) {
  Tensor tensor;
  if (std::optional<Tensor> value = node.tensor("value")) {
    tensor = std::move(*value);
  } else if (node.has("value_float")) {
    tensor = {DataType::float32, {}, std::vector<double>{node.number("value_float", 0)}};
  } else if (node.has("value_int")) {
    tensor = {DataType::int64, {}, std::vector<std::int64_t>{node.integer("value_int", 0)}};
  } else if (node.has("value_floats")) {
    std::vector<double> values = node.numbers("value_floats");
    tensor.shape = {static_cast<std::int64_t>(values.size())};
    tensor.type = DataType::float32;
    tensor.values = std::move(values);
  } else if (node.has("value_ints")) {
    std::vector<std::int64_t> values = node.integers("value_ints");
    tensor.shape = {static_cast<std::int64_t>(values.size())};
    tensor.type = DataType::int64;
    tensor.values = std::move(values);
  } else {
    node.refuse("gives a constant of another kind than numbers");
  }
  node.give(std::move(tensor));
}

constexpr std::array kOperators{
    Operator{"", "Cast", 6, cast},
    Operator{"", "Constant", 1, constant},
    Operator{kMlDomain, "ZipMap", 1, zip_map},
};

}  // namespace

Labels class_labels(NodeContext& node, std::string_view text_attribute, std::string_view integer_attribute) {
  const std::vector<std::string> texts = node.texts(text_attribute);
  const std::vector<std::int64_t> integers = node.integers(integer_attribute);
  if (texts.empty() == integers.empty()) node.malformed("does not have exactly one list of class labels");
  for (const std::string& text : texts) {
    if (!core::is_utf8(text)) node.malformed("has a class label that is not UTF-8");
  }
  Labels labels;
  labels.type = texts.empty() ? DataType::int64 : DataType::string;
  labels.names.assign(texts.begin(), texts.end());
  if (texts.empty()) labels.names.assign(integers.begin(), integers.end());
  if (std::set<model::Label>(labels.names.begin(), labels.names.end()).size() != labels.names.size()) {
    node.malformed("has two classes of the same label");
  }
  return labels;
}

std::span<const Operator> label_operators() noexcept { return kOperators; }

}  // namespace pelton::formats::onnx
