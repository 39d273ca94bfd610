#include "formats/onnx/map_inputs.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "core/printable.hpp"
#include "core/utf8.hpp"
#include "formats/onnx/function_scope.hpp"
#include "formats/onnx/node_context.hpp"
#include "formats/onnx/refusals.hpp"
#include "formats/onnx/registry.hpp"

namespace pelton::formats::onnx {
namespace {

using core::Error;
using core::ErrorCode;

bool reads(const NodeProto& node, std::string_view name) {
  return std::find(node.input.begin(), node.input.end(), name) != node.input.end();
}

/// Whether a graph within a node reads a value of the graph around it, or has one of that name.
bool reads_within(const NodeProto& node, std::string_view name) {
  for (const AttributeProto& attribute : node.attribute) {
    for (const GraphProto& graph : attribute.graphs) {
      const bool given = std::any_of(graph.output.begin(), graph.output.end(),
                                     [&](const ValueInfoProto& output) { return output.name == name; });
      const bool read = std::any_of(graph.node.begin(), graph.node.end(), [&](const NodeProto& inner) {
        return reads(inner, name) || reads_within(inner, name);
      });
      if (given || read) return true;
    }
  }
  return false;
}

bool is_vectorizer(const NodeProto& node) {
  return node.op_type == "DictVectorizer" && known_domain(node.domain) == kMlDomain && node.overload.empty();
}

/// The columns of one map.
class MapColumns {
 public:
  MapColumns(ValueInfoProto& input, const Limits& limits, core::TextArena& texts)
      : input_(input), limits_(limits), texts_(texts) {}

  /// The columns of a vectorizer's keys, new ones for those that no other has.
  std::vector<std::int64_t> of(const NodeProto& node) {
    if (node.input.size() != 1 || node.output.size() != 1) refuse("takes one map and gives one value");
    const AttributeProto* names = nullptr;
    const AttributeProto* numbers = nullptr;
    for (const AttributeProto& attribute : node.attribute) {
      if (attribute.name == "string_vocabulary") {
        names = &attribute;
      } else if (attribute.name == "int64_vocabulary") {
        numbers = &attribute;
      } else {
        throw Refusal(ErrorCode::unsupported, "attribute \"" + core::printable(attribute.name) + "\"");
      }
    }
    const bool named = input_.type.key_type == DataType::string;
    const std::size_t keys =
        named ? (names == nullptr ? 0 : names->strings.size()) : (numbers == nullptr ? 0 : numbers->ints.size());
    if (keys == 0) refuse(named ? "has no string_vocabulary" : "has no int64_vocabulary");
    std::vector<std::int64_t> columns;
    for (std::size_t i = 0; i < keys; ++i) {
      columns.push_back(named ? column(names->strings[i]) : column(texts_.keep(std::to_string(numbers->ints[i]))));
    }
    return columns;
  }

 private:
  [[noreturn]] static void refuse(const char* why) { throw Refusal(ErrorCode::malformed, why); }

  std::int64_t column(std::string_view key) {
    const auto [place, fresh] = columns_.emplace(key, static_cast<std::int64_t>(input_.columns.size()));
    if (!fresh) return place->second;
    if (!core::is_utf8(key)) throw Refusal(ErrorCode::unsupported, "a key is no UTF-8 text");
    if (input_.columns.size() == limits_.features) {
      throw Refusal(ErrorCode::too_large, "has more than " + std::to_string(limits_.features) + " keys");
    }
    input_.columns.push_back(key);
    return place->second;
  }

  ValueInfoProto& input_;
  const Limits& limits_;
  core::TextArena& texts_;
  std::unordered_map<std::string_view, std::int64_t> columns_;
};

/// A constant list of numbers.
TensorProto list_of(std::string_view name, const std::vector<std::int64_t>& numbers, core::TextArena& texts) {
  const std::span<char> bytes = texts.take(numbers.size() * sizeof(numbers[0]));
  std::memcpy(bytes.data(), numbers.data(), bytes.size());
  TensorProto tensor;
  tensor.name = name;
  tensor.data_type = DataType::int64;
  tensor.dims = {static_cast<std::int64_t>(numbers.size())};
  tensor.raw_data = std::string_view(bytes.data(), bytes.size());
  return tensor;
}

class Lowering {
 public:
  Lowering(GraphProto& graph, const Limits& limits, core::TextArena& texts)
      : graph_(graph), limits_(limits), texts_(texts), names_(graph, texts) {}

  core::Result<void> lower(ValueInfoProto& input) {
    const std::string place = "input \"" + core::printable(input.name) + "\"";
    if (input.type.key_type != DataType::string && input.type.key_type != DataType::int64) {
      return Error(ErrorCode::malformed, "is a map whose keys are neither text nor int64").within(place);
    }
    for (const TensorProto& tensor : graph_.initializer) {
      if (tensor.name == input.name) return Error(ErrorCode::malformed, "is a map and an initializer").within(place);
    }
    const std::string alone = "is a map, and Pelton gives those to DictVectorizer only, not to ";
    for (const ValueInfoProto& output : graph_.output) {
      if (output.name == input.name) return Error(ErrorCode::unsupported, alone + "the caller").within(place);
    }
    MapColumns columns(input, limits_, texts_);
    for (NodeProto& node : graph_.node) {
      const bool vectorizes = is_vectorizer(node) && reads(node, input.name);
      if (reads_within(node, input.name) || (!vectorizes && reads(node, input.name))) {
        return Error(ErrorCode::unsupported, alone + node_name(node)).within(place);
      }
      if (!vectorizes) continue;
      try {
        choose(node, columns.of(node));
      } catch (const Refusal& refusal) {
        return Error(refusal.code(), refusal.what()).within(node_name(node));
      }
    }
    if (input.columns.empty()) return Error(ErrorCode::unsupported, "is a map that nothing reads").within(place);
    input.type.kind = TypeProto::Kind::tensor;
    input.type.shape = {Dimension{}, Dimension{static_cast<std::int64_t>(input.columns.size()), {}}};
    return {};
  }

 private:
  void choose(NodeProto& node, const std::vector<std::int64_t>& columns) {
    const std::string_view list = names_.value("columns");
    graph_.initializer.push_back(list_of(list, columns, texts_));
    node.written_as = node.op_type;
    node.op_type = "ArrayFeatureExtractor";
    node.attribute.clear();
    node.input.push_back(list);
  }

  GraphProto& graph_;
  const Limits& limits_;
  core::TextArena& texts_;
  FreshNames names_;
};

}  // namespace

core::Result<void> lower_map_inputs(ModelProto& model, const Limits& limits, core::TextArena& texts) {
  GraphProto& graph = *model.graph;
  const auto is_map = [](const ValueInfoProto& input) { return input.type.kind == TypeProto::Kind::map; };
  if (std::none_of(graph.input.begin(), graph.input.end(), is_map)) return {};
  try {
    Lowering lowering(graph, limits, texts);
    for (ValueInfoProto& input : graph.input) {
      if (!is_map(input)) continue;
      auto lowered = lowering.lower(input);
      if (!lowered) return lowered;
    }
    return {};
  } catch (const Refusal& refusal) {
    return Error(refusal.code(), refusal.what());
  }
}

}  // namespace pelton::formats::onnx
