#include "function_maker.hpp"

#include <algorithm>
#include <utility>

#include "formats/onnx/wire.hpp"

namespace pelton::fuzz {
namespace {

using formats::onnx::Attribute;
using formats::onnx::GraphWriter;
using formats::onnx::Node;
using formats::onnx::WireField;
using formats::onnx::WireReader;
using formats::onnx::WireWriter;

// Numbers of fields: github.com/onnx/onnx, onnx/onnx-ml.proto.
constexpr std::uint32_t kGraphNode = 1;
constexpr std::uint32_t kNodeAttribute = 5;
constexpr std::uint32_t kAttributeName = 1;
constexpr std::uint32_t kAttributeReference = 21;
constexpr std::uint32_t kFunctionName = 1, kFunctionInput = 4, kFunctionOutput = 5, kFunctionAttribute = 6;
constexpr std::uint32_t kFunctionNode = 7, kFunctionOpset = 9, kFunctionDomain = 10;
constexpr std::uint32_t kOpsetDomain = 1, kOpsetVersion = 2;
constexpr std::uint32_t kModelFunction = 25;

/// A node's message, its attributes those of the function around it, of the same names.
std::string node_of_references(Node node) {
  const std::vector<Attribute> attributes = std::exchange(node.attributes, {});
  GraphWriter graph("body");
  graph.node(node);
  const std::string bytes = WireWriter(graph.graph()).take();
  std::string message;
  WireReader reader(bytes);
  for (WireField field; reader.next(field);) {
    if (field.number == kGraphNode) message = field.payload;
  }
  WireWriter references;
  for (const Attribute& attribute : attributes) {
    WireWriter reference;
    reference.text(kAttributeName, attribute.name);
    reference.text(kAttributeReference, attribute.name);
    references.message(kNodeAttribute, reference);
  }
  return message + references.take();
}

/// Its inputs, each once and none that is left out.
std::vector<std::string> names_read(const Node& node) {
  std::vector<std::string> names;
  for (const std::string& name : node.inputs) {
    if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  return names;
}

}  // namespace

Node FunctionMaker::wrap(Node node, std::size_t levels) {
  Node call{.op_type = "f" + std::to_string(count_++),
            .inputs = names_read(node),
            .outputs = node.outputs,
            .name = node.name,
            .domain = std::string(kDomain),
            .attributes = node.attributes};
  WireWriter function;
  function.text(kFunctionName, call.op_type);
  for (const std::string& name : call.inputs) function.text(kFunctionInput, name);
  for (const std::string& name : call.outputs) function.text(kFunctionOutput, name);
  for (const Attribute& attribute : call.attributes) function.text(kFunctionAttribute, attribute.name);
  function.text(kFunctionNode, node_of_references(std::move(node)));
  for (const formats::onnx::OpsetImport& opset : opsets_) {
    WireWriter import;
    import.text(kOpsetDomain, opset.domain);
    import.integer(kOpsetVersion, opset.version);
    function.message(kFunctionOpset, import);
  }
  function.text(kFunctionDomain, kDomain);
  functions_.message(kModelFunction, function);
  return levels == 0 ? call : wrap(std::move(call), levels - 1);
}

}  // namespace pelton::fuzz
