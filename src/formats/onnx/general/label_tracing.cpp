#include <algorithm>
#include <array>
#include <cstdint>
#include <set>
#include <span>

#include "formats/onnx/general/known.hpp"
#include "operators/registry.hpp"

/// Which class labels the values of a graph can be: a model's classes are not said anywhere in a file.
namespace pelton::formats::onnx {
namespace {

using operators::Tensor;

constexpr std::size_t kMostLabels = 65'535;

/// The elements of a constant as labels, in order and without repeats; none for other types.
std::vector<model::Label> elements(const Known& constant) {
  std::vector<model::Label> labels;
  if (!constant.constant || constant.is_sequence || constant.value->tensor.size() > kMostLabels) return labels;
  const Tensor& tensor = constant.value->tensor;
  std::set<model::Label> seen;
  const auto add = [&](model::Label label) {
    if (seen.insert(label).second) labels.push_back(std::move(label));
  };
  if (tensor.type() == DataType::string) {
    for (const std::string_view text : tensor.values<std::string_view>()) add(std::string(text));
  } else if (tensor.type() == DataType::int64) {
    for (const std::int64_t value : tensor.values<std::int64_t>()) add(value);
  } else if (tensor.type() == DataType::int32) {
    for (const std::int32_t value : tensor.values<std::int32_t>()) add(std::int64_t{value});
  }
  return labels;
}

/// What is in one list or the other, without repeats.
std::vector<model::Label> joined(const std::vector<model::Label>& a, const std::vector<model::Label>& b) {
  std::vector<model::Label> all = a;
  const std::set<model::Label> seen(a.begin(), a.end());
  for (const model::Label& label : b) {
    if (!seen.contains(label)) all.push_back(label);
  }
  return all;
}

LabelList shared(std::vector<model::Label> labels) {
  return labels.empty() ? nullptr : std::make_shared<const std::vector<model::Label>>(std::move(labels));
}

const AttributeProto* attribute(const NodeProto& node, std::string_view name) {
  const auto found = std::find_if(node.attribute.begin(), node.attribute.end(),
                                  [name](const AttributeProto& a) { return a.name == name; });
  return found == node.attribute.end() ? nullptr : &*found;
}

/// A LabelEncoder's values, and its default unless every label that comes in has a value.
std::vector<model::Label> encoded(const NodeProto& node, const Known& input) {
  std::vector<model::Label> keys;
  std::vector<model::Label> values;
  const auto list = [&](std::string_view texts, std::string_view integers, std::vector<model::Label>& into) {
    if (const AttributeProto* a = attribute(node, texts)) {
      for (const std::string_view text : a->strings) into.emplace_back(std::string(text));
    }
    if (const AttributeProto* a = attribute(node, integers)) into.insert(into.end(), a->ints.begin(), a->ints.end());
  };
  list("keys_strings", "keys_int64s", keys);
  list("values_strings", "values_int64s", values);
  if (values.empty() || values.size() > kMostLabels) return {};
  const std::set<model::Label> known(keys.begin(), keys.end());
  const auto is_known = [&](const model::Label& label) { return known.contains(label); };
  bool covered = input.labels != nullptr && std::all_of(input.labels->begin(), input.labels->end(), is_known);
  if (input.labels == nullptr && input.choices > 0) {
    covered = true;
    for (std::size_t i = 0; i < input.choices && covered; ++i) covered = is_known(static_cast<std::int64_t>(i));
  }
  if (!covered) {
    const bool text = std::holds_alternative<std::string>(values.front());
    const AttributeProto* otherwise = attribute(node, text ? "default_string" : "default_int64");
    if (text) {
      values.emplace_back(std::string(otherwise == nullptr ? "_Unused" : otherwise->s));
    } else {
      values.emplace_back(otherwise == nullptr ? std::int64_t{-1} : otherwise->i);
    }
  }
  return joined({}, values);
}

/// Whether a cast to `to` leaves every label what it is.
bool keeps_labels(const Known& from, DataType to) {
  if ((from.type == DataType::string) != (to == DataType::string)) return false;
  std::int64_t most = INT64_MAX;
  switch (to) {
    case DataType::string:
    case DataType::int64: break;
    case DataType::float64: most = std::int64_t{1} << 53; break;
    case DataType::float32: most = std::int64_t{1} << 24; break;
    case DataType::int32: most = INT32_MAX; break;
    default: return false;
  }
  if (from.labels == nullptr) return true;
  return std::all_of(from.labels->begin(), from.labels->end(), [most](const model::Label& label) {
    const std::int64_t* number = std::get_if<std::int64_t>(&label);
    return number == nullptr || (*number <= most && *number >= -most);
  });
}

bool is_any(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// The number of columns that an ArgMax chose from, where they are not the rows.
std::size_t choices_of(const NodeProto& node, const Known& input) {
  const AttributeProto* attr = attribute(node, "axis");
  if (input.value == nullptr) return 0;
  const auto& shape = input.value->tensor.shape();
  const std::int64_t rank = static_cast<std::int64_t>(shape.rank());
  const std::int64_t axis = attr == nullptr ? 0 : attr->i;
  const std::int64_t counted = axis < 0 ? axis + rank : axis;
  if (counted < 0 || counted >= rank || input.rows == tensor::RowAxis::at(static_cast<std::size_t>(counted))) return 0;
  const std::int64_t dim = shape[static_cast<std::size_t>(counted)];
  return static_cast<std::size_t>(dim) > kMostLabels ? 0 : static_cast<std::size_t>(dim);
}

}  // namespace

void trace_labels(const NodeProto& node, std::span<const Known* const> inputs, std::span<Known> outputs) {
  if (inputs.empty() || inputs[0] == nullptr || outputs.empty()) return;
  const Known& first = *inputs[0];
  const bool passes = is_any(node.op_type, {"Identity", "Reshape", "Squeeze", "Unsqueeze", "Flatten", "Transpose",
                                            "Slice", "Dropout", "Expand", "Tile"});
  if (passes || (node.op_type == "Cast" && keeps_labels(first, outputs[0].type))) {
    outputs[0].labels = first.labels;
    outputs[0].choices = first.choices;
  } else if (is_any(node.op_type, {"ArrayFeatureExtractor", "Gather"})) {
    outputs[0].labels = first.constant ? shared(elements(first)) : first.labels;
  } else if (node.op_type == "LabelEncoder") {
    outputs[0].labels = shared(encoded(node, first));
  } else if (is_any(node.op_type, {"ArgMax", "ArgMin"})) {
    outputs[0].choices = choices_of(node, first);
  } else if (node.op_type == "Where" && inputs.size() == 3 && inputs[1] != nullptr && inputs[2] != nullptr) {
    const auto side = [](const Known& known) {
      return known.labels == nullptr && known.type == DataType::string ? shared(elements(known)) : known.labels;
    };
    const LabelList a = side(*inputs[1]);
    const LabelList b = side(*inputs[2]);
    if (a != nullptr && b != nullptr) outputs[0].labels = a == b ? a : shared(joined(*a, *b));
  }
}

}  // namespace pelton::formats::onnx
