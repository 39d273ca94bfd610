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

void cast(NodeContext& node) {
  const auto to = static_cast<DataType>(node.integer("to", 0));
  static_cast<void>(node.integer("saturate", 1));    // of 8-bit floats
  static_cast<void>(node.text("round_mode", "up"));  // of 8-bit floats
  if (node.is_labels(0)) return cast_labels(node, std::get<Labels>(node.input(0)), to);
  if (node.is_constant(0)) return cast_constant(node, to);
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

/// A LabelEncoder's table. Labels are text or integers; tables of floats are not for labels.
struct Encoding {
  std::vector<model::Label> keys;
  std::vector<model::Label> values;
  model::Label otherwise;
};

std::vector<model::Label> labels_of(const std::vector<std::string>& texts, const std::vector<std::int64_t>& integers) {
  if (!texts.empty()) return {texts.begin(), texts.end()};
  return {integers.begin(), integers.end()};
}

Encoding encoding(NodeContext& node) {
  Encoding table;
  const std::string text_default(node.text("default_string", "_Unused"));
  const std::int64_t integer_default = node.integer("default_int64", -1);
  static_cast<void>(node.number("default_float", 0));
  constexpr std::int64_t kTwoListsSince = 2;
  if (node.opset() < kTwoListsSince) {
    // Version 1: the position in a list of text, or the text at a position.
    const std::vector<std::string> classes = node.texts("classes_strings");
    for (std::size_t i = 0; i < classes.size(); ++i) {
      table.keys.emplace_back(static_cast<std::int64_t>(i));
      table.values.emplace_back(classes[i]);
    }
  } else {
    table.keys = labels_of(node.texts("keys_strings"), node.integers("keys_int64s"));
    table.values = labels_of(node.texts("values_strings"), node.integers("values_int64s"));
  }
  if (table.keys.size() != table.values.size() || table.keys.empty()) {
    node.refuse("has no table from labels to labels (text or integers, by keys_* and values_*)");
  }
  if (std::holds_alternative<std::string>(table.values.front())) {
    table.otherwise = text_default;
  } else {
    table.otherwise = integer_default;
  }
  return table;
}

/// Version 1 turns integers into text and text into integers with the same list.
void turn_around(Encoding& table, std::int64_t integer_default) {
  std::swap(table.keys, table.values);
  table.otherwise = integer_default;
}

Labels choices_as_labels(NodeContext& node, const Rows& x) {
  if (x.choices == 0) node.refuse("encodes other than labels");
  Labels labels{.index = x.block, .names = {}, .type = DataType::int64};
  labels.flat = x.flat;
  for (std::size_t i = 0; i < x.choices; ++i) labels.names.emplace_back(static_cast<std::int64_t>(i));
  return labels;
}

void label_encoder(NodeContext& node) {
  Encoding table = encoding(node);
  Labels labels;
  const bool constant = node.is_constant(0);
  if (constant) {
    const Tensor list = node.constant(0);
    if (!list.is_text() && !list.is_integer()) node.refuse("encodes numbers that are not integers");
    labels.names = list.is_text() ? labels_of(list.texts(), {}) : labels_of({}, list.integers());
  } else if (node.is_labels(0)) {
    labels = std::get<Labels>(node.input(0));
  } else {
    labels = choices_as_labels(node, node.rows(0));
  }
  const bool from_text = !labels.names.empty() && std::holds_alternative<std::string>(labels.names.front());
  if (from_text != std::holds_alternative<std::string>(table.keys.front()) && node.opset() < 2) {
    turn_around(table, node.integer("default_int64", -1));
  }
  for (model::Label& name : labels.names) {
    const auto found = std::find(table.keys.begin(), table.keys.end(), name);
    name = found == table.keys.end() ? table.otherwise
                                     : table.values[static_cast<std::size_t>(found - table.keys.begin())];
  }
  const bool to_text = std::holds_alternative<std::string>(table.values.front());
  labels.type = to_text ? DataType::string : DataType::int64;
  if (!constant) return node.give(std::move(labels));
  Tensor encoded{labels.type, node.constant(0).shape, {}};
  if (to_text) {
    std::vector<std::string> texts;
    for (const model::Label& name : labels.names) texts.push_back(std::get<std::string>(name));
    encoded.values = std::move(texts);
  } else {
    std::vector<std::int64_t> integers;
    for (const model::Label& name : labels.names) integers.push_back(std::get<std::int64_t>(name));
    encoded.values = std::move(integers);
  }
  node.give(std::move(encoded));
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
    Operator{kMlDomain, "LabelEncoder", 1, label_encoder},
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
  labels.names = labels_of(texts, integers);
  if (std::set<model::Label>(labels.names.begin(), labels.names.end()).size() != labels.names.size()) {
    node.malformed("has two classes of the same label");
  }
  return labels;
}

std::span<const Operator> label_operators() noexcept { return kOperators; }

}  // namespace pelton::formats::onnx
