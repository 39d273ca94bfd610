#include "formats/onnx/general/attributes.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "core/printable.hpp"
#include "formats/onnx/general/tensor_constant.hpp"

namespace pelton::formats::onnx {
namespace {

using core::ErrorCode;
using operators::AttributeValue;
using operators::Refusal;

/// The type an attribute says it has; files of the first IR versions leave it out, and which field is
/// filled says it then.
AttributeType type_of(const AttributeProto& attribute) {
  if (attribute.type != AttributeType::undefined) return attribute.type;
  if (!attribute.tensors.empty()) return AttributeType::tensor;
  if (!attribute.graphs.empty()) return AttributeType::graph;
  if (!attribute.floats.empty()) return AttributeType::floats;
  if (!attribute.ints.empty()) return AttributeType::integers;
  if (!attribute.strings.empty()) return AttributeType::strings;
  if (!attribute.s.empty()) return AttributeType::string;
  return attribute.f != 0 ? AttributeType::float32 : AttributeType::integer;
}

AttributeValue tensor_value(const AttributeProto& attribute, const std::string& place, core::TextArena& texts) {
  if (attribute.tensors.size() != 1) throw Refusal(ErrorCode::malformed, place + " does not hold one tensor");
  auto decoded = decode_tensor(attribute.tensors.front());
  if (!decoded) throw Refusal(decoded.error().code(), place + ": " + decoded.error().message());
  auto tensor = to_tensor(*decoded, texts);
  if (!tensor) throw Refusal(tensor.error().code(), place + ": " + tensor.error().message());
  return std::make_shared<const tensor::Tensor>(std::move(*tensor));
}

AttributeValue value_of(const AttributeProto& attribute, core::TextArena& texts, const SubgraphMaker& subgraph) {
  const std::string place = "attribute \"" + core::printable(attribute.name) + "\"";
  if (!attribute.ref_attr_name.empty()) throw Refusal(ErrorCode::unsupported, place + " refers to a function's");
  switch (type_of(attribute)) {
    case AttributeType::integer: return attribute.i;
    case AttributeType::float32: return static_cast<double>(attribute.f);
    case AttributeType::string: return std::string(attribute.s);
    case AttributeType::integers: return attribute.ints;
    case AttributeType::floats: return std::vector<double>(attribute.floats.begin(), attribute.floats.end());
    case AttributeType::strings: return std::vector<std::string>(attribute.strings.begin(), attribute.strings.end());
    case AttributeType::tensor: return tensor_value(attribute, place, texts);
    case AttributeType::graph:
      if (attribute.graphs.size() != 1) throw Refusal(ErrorCode::malformed, place + " does not hold one graph");
      return subgraph(attribute.graphs.front());
    default: throw Refusal(ErrorCode::unsupported, place + " is of a kind that no operator takes");
  }
}

}  // namespace

operators::AttributeReader attribute_reader(const NodeProto& node, core::TextArena& texts, SubgraphMaker subgraph) {
  return [&node, &texts, subgraph = std::move(subgraph)](std::string_view name) -> std::optional<AttributeValue> {
    const auto found = std::find_if(node.attribute.begin(), node.attribute.end(),
                                    [name](const AttributeProto& attribute) { return attribute.name == name; });
    if (found == node.attribute.end()) return std::nullopt;
    return value_of(*found, texts, subgraph);
  };
}

}  // namespace pelton::formats::onnx
