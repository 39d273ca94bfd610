#include "formats/onnx/graph_inputs.hpp"

#include <algorithm>
#include <numeric>
#include <optional>
#include <set>
#include <unordered_map>

#include "core/printable.hpp"
#include "core/utf8.hpp"
#include "formats/onnx/feature_names.hpp"

namespace pelton::formats::onnx {
namespace {

using core::Error;
using core::ErrorCode;

std::optional<model::ElementType> element_type(DataType type) {
  switch (type) {
    case DataType::float32: return model::ElementType::float32;
    case DataType::float64: return model::ElementType::float64;
    case DataType::int32:
    case DataType::int64: return model::ElementType::int64;
    case DataType::boolean: return model::ElementType::boolean;
    default: return std::nullopt;
  }
}

/// The names the file's metadata gives its features. The first key is the project's own and the
/// exporter's; the second is the attribute scikit-learn keeps them in.
std::vector<std::string> metadata_names(const ModelProto& model) {
  for (const std::string_view key : {"feature_names", "feature_names_in_"}) {
    for (const StringStringEntryProto& entry : model.metadata_props) {
      if (entry.key != key) continue;
      if (auto names = parse_name_list(entry.value)) return std::move(*names);
    }
  }
  return {};
}

/// Columns of an input by its declared shape; 0 where the file leaves them open.
core::Result<std::size_t> declared_width(const std::vector<Dimension>& shape) {
  const auto number = [](const Dimension& d) { return d.value && *d.value >= 0 ? *d.value : std::int64_t{-1}; };
  if (shape.empty() || shape.size() > 2) {
    return Error(ErrorCode::unsupported,
                 "has " + std::to_string(shape.size()) + " dimensions; Pelton takes [rows, features]");
  }
  const std::int64_t rows = number(shape[0]);
  if (rows != -1 && rows != 1) {
    return Error(ErrorCode::unsupported, "is made for exactly " + std::to_string(rows) + " rows at a time");
  }
  if (shape.size() == 1) return std::size_t{1};
  const std::int64_t width = number(shape[1]);
  if (width == 0) return Error(ErrorCode::malformed, "has no columns");
  return static_cast<std::size_t>(width == -1 ? 0 : width);
}

core::Result<GraphInput> read_input(const ValueInfoProto& info, std::size_t names) {
  if (info.type.kind != TypeProto::Kind::tensor) return Error(ErrorCode::unsupported, "is not a tensor");
  if (!element_type(info.type.elem_type)) {
    return Error(ErrorCode::unsupported, "is of type " + std::string(to_string(info.type.elem_type)));
  }
  GraphInput input{.name = info.name, .type = info.type.elem_type};
  if (info.type.shape) {
    auto width = declared_width(*info.type.shape);
    if (!width) return width.error();
    input.width = *width;
    input.flat = info.type.shape->size() == 1;
  }
  if (input.width == 0) input.width = names;
  if (input.width == 0) {
    return Error(ErrorCode::unsupported, "does not say how many columns it has; declare its shape as [None, columns]");
  }
  return input;
}

std::string column_name(const GraphInput& input, std::size_t column) {
  const std::string name = core::printable(input.name);
  return input.width == 1 ? name : name + "_" + std::to_string(column);
}

core::Result<void> name_features(GraphInputs& inputs, std::vector<std::string> names) {
  if (inputs.inputs.size() > 1) {
    names.clear();
    for (const GraphInput& input : inputs.inputs) {
      for (std::size_t c = 0; c < input.width; ++c) names.push_back(column_name(input, c));
    }
  }
  if (names.size() != inputs.features.size()) return {};
  if (std::set<std::string>(names.begin(), names.end()).size() != names.size()) {
    return Error(ErrorCode::malformed, "two features have the same name");
  }
  if (std::find(names.begin(), names.end(), "") != names.end())
    return Error(ErrorCode::malformed, "a feature's name is empty");
  for (std::size_t i = 0; i < names.size(); ++i) inputs.features[i].name = std::move(names[i]);
  return {};
}

/// The features that the file's metadata says may be missing (the exporter writes it): where a graph
/// spells out what it does with a missing value, it is not to be told from its operators.
core::Result<void> mark_missing(const ModelProto& model, std::vector<model::Feature>& features) {
  constexpr std::string_view kKey = "missing_features";
  std::unordered_map<std::string_view, model::Feature*> by_name;
  for (model::Feature& feature : features) by_name.emplace(feature.name, &feature);
  for (const StringStringEntryProto& entry : model.metadata_props) {
    if (entry.key != kKey) continue;
    const std::string place = "metadata \"" + std::string(kKey) + "\"";
    const auto names = parse_name_list(entry.value);
    if (!names) return Error(ErrorCode::malformed, place + " is not a list of names");
    for (const std::string& name : *names) {
      const auto found = by_name.find(name);
      if (name.empty() || found == by_name.end()) {
        return Error(ErrorCode::malformed, place + ": there is no feature \"" + core::printable(name) + "\"");
      }
      const model::ElementType type = found->second->type;
      if (type != model::ElementType::float32 && type != model::ElementType::float64) {
        return Error(ErrorCode::malformed, place + ": feature \"" + core::printable(name) + "\" is " +
                                               std::string(to_string(type)) + ", which has no missing value");
      }
      found->second->takes_missing = true;
    }
  }
  return {};
}

}  // namespace

core::Result<GraphInputs> read_graph_inputs(const ModelProto& model, const Limits& limits) {
  const GraphProto& graph = *model.graph;
  std::set<std::string_view> initialized;
  for (const TensorProto& tensor : graph.initializer) initialized.insert(tensor.name);
  std::vector<std::string> names = metadata_names(model);
  const std::size_t taken =
      static_cast<std::size_t>(std::count_if(graph.input.begin(), graph.input.end(), [&](const ValueInfoProto& info) {
        return !initialized.contains(info.name);
      }));
  GraphInputs result;
  for (const ValueInfoProto& info : graph.input) {
    if (initialized.contains(info.name)) continue;
    auto input = read_input(info, taken == 1 ? names.size() : 0);
    if (!input) return input.error().within("input \"" + core::printable(info.name) + "\"");
    input->first = result.features.size();
    if (input->width > limits.features - result.features.size()) {
      return Error(ErrorCode::too_large, "takes more than " + std::to_string(limits.features) + " features");
    }
    const model::Feature feature{.name = {}, .type = *element_type(input->type)};
    result.features.insert(result.features.end(), input->width, feature);
    result.inputs.push_back(*input);
  }
  if (result.inputs.empty()) return Error(ErrorCode::malformed, "takes no input");
  auto named = name_features(result, std::move(names));
  if (!named) return named.error();
  auto marked = mark_missing(model, result.features);
  if (!marked) return marked.error();
  return result;
}

namespace {

math::UnaryOp rounding(DataType type) {
  switch (type) {
    case DataType::float32: return math::UnaryOp::to_float32;
    case DataType::int32: return math::UnaryOp::to_int32;
    case DataType::int64: return math::UnaryOp::to_int64;
    case DataType::boolean: return math::UnaryOp::to_bool;
    default: return math::UnaryOp::identity;
  }
}

}  // namespace

core::Result<std::vector<std::pair<std::string_view, Value>>> bind_graph_inputs(const GraphInputs& inputs,
                                                                                graph::ProgramBuilder& builder) {
  const DataType first_type = inputs.inputs.front().type;
  const bool one_type = std::all_of(inputs.inputs.begin(), inputs.inputs.end(),
                                    [&](const GraphInput& input) { return input.type == first_type; });
  graph::Register row = builder.input();
  if (one_type && rounding(first_type) != math::UnaryOp::identity) {
    auto rounded = builder.add("inputs", graph::Unary{row, rounding(first_type)});
    if (!rounded) return rounded.error();
    row = *rounded;
  }
  std::vector<std::pair<std::string_view, Value>> values;
  for (const GraphInput& input : inputs.inputs) {
    Rows rows{.block = row, .width = input.width, .type = input.type, .flat = input.flat};
    rows.features.resize(input.width);
    std::iota(rows.features.begin(), rows.features.end(), input.first);
    if (inputs.inputs.size() > 1) {
      auto columns = builder.add(core::printable(input.name), graph::Select{row, rows.features});
      if (!columns) return columns.error();
      rows.block = *columns;
    }
    if (!one_type && rounding(input.type) != math::UnaryOp::identity) {
      auto rounded = builder.add(core::printable(input.name), graph::Unary{rows.block, rounding(input.type)});
      if (!rounded) return rounded.error();
      rows.block = *rounded;
    }
    values.emplace_back(input.name, std::move(rows));
  }
  return values;
}

}  // namespace pelton::formats::onnx
