#include "formats/onnx/graph_inputs.hpp"

#include <algorithm>
#include <map>
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
    case DataType::float16:
    case DataType::bfloat16:
    case DataType::float32: return model::ElementType::float32;
    case DataType::float64: return model::ElementType::float64;
    case DataType::int8:
    case DataType::int16:
    case DataType::int32:
    case DataType::int64:
    case DataType::uint8:
    case DataType::uint16:
    case DataType::uint32:
    case DataType::uint64: return model::ElementType::int64;
    case DataType::boolean: return model::ElementType::boolean;
    case DataType::string: return model::ElementType::string;
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

/// Puts an input's declared dimensions into `input`; its width is 0 where the file leaves it open.
core::Result<void> read_shape(const std::vector<Dimension>& shape, GraphInput& input) {
  const auto number = [](const Dimension& d) { return d.value && *d.value >= 0 ? *d.value : std::int64_t{-1}; };
  if (shape.empty()) return Error(ErrorCode::unsupported, "is a scalar; Pelton takes [rows, features]");
  input.flat = shape.size() == 1;
  // Exporters write the number of rows of their example; whether the graph depends on it is found out. One
  // dimension of some length may as well be a row.
  const std::int64_t rows = number(shape[0]);
  if (input.flat && rows != -1 && rows != 1) {
    return Error(ErrorCode::unsupported, "is made for exactly " + std::to_string(rows) + " values");
  }
  input.width = 1;
  for (std::size_t d = 1; d < shape.size(); ++d) {
    const std::int64_t dim = number(shape[d]);
    if (dim == 0) return Error(ErrorCode::malformed, "has no columns");
    if (dim == -1 && shape.size() > 2) {
      return Error(ErrorCode::unsupported, "leaves dimension " + std::to_string(d) + " of " +
                                               std::to_string(shape.size()) + " open; Pelton has to know them");
    }
    input.tail.push_back(dim);
    if (dim == -1) {
      input.width = 0;
    } else if (__builtin_mul_overflow(input.width, static_cast<std::size_t>(dim), &input.width)) {
      return Error(ErrorCode::too_large, "has more columns than a row may have");
    }
  }
  return {};
}

core::Result<GraphInput> read_input(const ValueInfoProto& info, std::size_t names) {
  if (info.type.kind != TypeProto::Kind::tensor) return Error(ErrorCode::unsupported, "is not a tensor");
  if (!element_type(info.type.elem_type)) {
    return Error(ErrorCode::unsupported, "is of type " + std::string(to_string(info.type.elem_type)));
  }
  GraphInput input{.name = info.name, .type = info.type.elem_type, .keys = info.columns};
  if (info.type.shape) {
    auto shape = read_shape(*info.type.shape, input);
    if (!shape) return shape.error();
  }
  if (input.width == 0) input.width = names;
  if (input.width == 0) {
    return Error(ErrorCode::unsupported, "does not say how many columns it has; declare its shape as [None, columns]");
  }
  if (!input.flat && input.tail.size() <= 1) input.tail = {static_cast<std::int64_t>(input.width)};
  return input;
}

std::string column_name(const GraphInput& input, std::size_t column) {
  if (!input.keys.empty()) return std::string(input.keys[column]);
  const std::string name = core::printable(input.name);
  return input.width == 1 ? name : name + "_" + std::to_string(column);
}

core::Result<void> name_features(GraphInputs& inputs, std::vector<std::string> names) {
  if (inputs.inputs.size() > 1 || !inputs.inputs.front().keys.empty()) {
    names.clear();
    for (const GraphInput& input : inputs.inputs) {
      for (std::size_t c = 0; c < input.width; ++c) names.push_back(column_name(input, c));
    }
  } else if (inputs.features.size() == 1 && names.size() != 1 && !inputs.inputs.front().name.empty()) {
    names = {column_name(inputs.inputs.front(), 0)};
    inputs.features.front().named_by_input = true;
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
    const model::Feature feature{.name = {}, .type = *element_type(input->type), .optional = !input->keys.empty()};
    result.features.insert(result.features.end(), input->width, feature);
    result.vocabularies.resize(result.features.size());
    if (input->type == DataType::string) {
      for (std::size_t c = input->first; c < result.features.size(); ++c) {
        result.vocabularies[c] = std::make_shared<Vocabulary>();
      }
    }
    result.inputs.push_back(*input);
  }
  if (result.inputs.empty()) return Error(ErrorCode::malformed, "takes no input");
  auto named = name_features(result, std::move(names));
  if (!named) return named.error();
  auto marked = mark_missing(model, result.features);
  if (!marked) return marked.error();
  return result;
}

std::vector<model::Input> told(const GraphInputs& inputs) {
  std::vector<model::Input> all;
  for (const GraphInput& input : inputs.inputs) {
    all.push_back({.name = core::printable(input.name), .first = input.first, .width = input.width});
    if (input.tail.size() > 1) all.back().shape.assign(input.tail.begin(), input.tail.end());
  }
  return all;
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

/// Types that the compiler of columns calculates with.
bool is_column_type(DataType type) noexcept {
  return is_floating(type) || type == DataType::int32 || type == DataType::int64 || type == DataType::boolean ||
         type == DataType::string;
}

/// A register with the columns of one type, and where each input of that type begins in it.
struct TypedColumns {
  graph::Register block;
  std::map<std::string_view, std::size_t> first;  ///< by input
};

/// All columns of a type are rounded in one step; those that need no rounding stay where they are.
core::Result<TypedColumns> columns_of(const GraphInputs& inputs, DataType type, graph::ProgramBuilder& builder) {
  TypedColumns result;
  result.block = builder.input();
  std::vector<std::size_t> columns;
  for (const GraphInput& input : inputs.inputs) {
    if (input.type != type) continue;
    result.first.emplace(input.name, rounding(type) == math::UnaryOp::identity ? input.first : columns.size());
    for (std::size_t c = 0; c < input.width; ++c) columns.push_back(input.first + c);
  }
  if (rounding(type) == math::UnaryOp::identity) return result;
  const std::string name = "inputs of type " + std::string(to_string(type));
  auto block = builder.add(name, graph::Select{builder.input(), columns});
  if (block) block = builder.add(name, graph::Unary{*block, rounding(type)});
  if (!block) return block.error();
  result.block = *block;
  return result;
}

Value value_of(const GraphInputs& inputs, const GraphInput& input, graph::Register block) {
  if (input.type == DataType::string) {
    const auto first = inputs.vocabularies.begin() + static_cast<std::ptrdiff_t>(input.first);
    return Words{block, {first, first + static_cast<std::ptrdiff_t>(input.width)}, input.flat};
  }
  Rows rows{.block = block, .width = input.width, .type = input.type, .flat = input.flat};
  rows.features.resize(input.width);
  std::iota(rows.features.begin(), rows.features.end(), input.first);
  return rows;
}

}  // namespace

core::Result<std::vector<std::pair<std::string_view, Value>>> bind_graph_inputs(const GraphInputs& inputs,
                                                                                graph::ProgramBuilder& builder) {
  std::map<DataType, TypedColumns> typed;
  std::vector<std::pair<std::string_view, Value>> values;
  for (const GraphInput& input : inputs.inputs) {
    if (!is_column_type(input.type) || input.tail.size() > 1) {
      return Error(ErrorCode::unsupported, "input \"" + core::printable(input.name) + "\" is not columns");
    }
    auto columns = typed.find(input.type);
    if (columns == typed.end()) {
      auto added = columns_of(inputs, input.type, builder);
      if (!added) return added.error();
      columns = typed.emplace(input.type, std::move(*added)).first;
    }
    std::vector<std::size_t> own(input.width);
    std::iota(own.begin(), own.end(), columns->second.first.at(input.name));
    auto block = builder.add(core::printable(input.name), graph::Select{columns->second.block, own});
    if (!block) return block.error();
    values.emplace_back(input.name, value_of(inputs, input, *block));
  }
  return values;
}

}  // namespace pelton::formats::onnx
