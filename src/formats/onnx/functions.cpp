#include "formats/onnx/functions.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/printable.hpp"
#include "formats/onnx/function_scope.hpp"
#include "formats/onnx/registry.hpp"
#include "operators/registry.hpp"

namespace pelton::formats::onnx {
namespace {

using core::Error;
using core::ErrorCode;

/// Functions that call one another, and graphs within graphs, are walked by functions that call themselves.
constexpr std::size_t kMostNested = 64;

/// What a part of a file holds, in elements of its lists.
std::size_t elements_of(const GraphProto& graph);

std::size_t elements_of(const TensorProto& tensor) {
  return 1 + tensor.dims.size() + tensor.float_data.size() + tensor.int32_data.size() + tensor.int64_data.size() +
         tensor.double_data.size() + tensor.uint64_data.size() + tensor.string_data.size() +
         tensor.external_data.size();
}

std::size_t elements_of(const AttributeProto& attribute) {
  std::size_t count = 1 + attribute.floats.size() + attribute.ints.size() + attribute.strings.size();
  for (const TensorProto& tensor : attribute.tensors) count += elements_of(tensor);
  for (const GraphProto& graph : attribute.graphs) count += elements_of(graph);
  return count;
}

std::size_t elements_of(const NodeProto& node) {
  std::size_t count = 1 + node.input.size() + node.output.size();
  for (const AttributeProto& attribute : node.attribute) count += elements_of(attribute);
  return count;
}

std::size_t elements_of(const GraphProto& graph) {
  std::size_t count = graph.input.size() + graph.output.size();
  for (const TensorProto& tensor : graph.initializer) count += elements_of(tensor);
  for (const NodeProto& node : graph.node) count += elements_of(node);
  return count;
}

struct Function {
  const FunctionProto* proto = nullptr;
  Opsets opsets = {};
  std::size_t elements = 0;
  bool called = false;  ///< at all
  bool active = false;  ///< its body is being put somewhere
};

/// Domain, name and overload.
using FunctionKey = std::tuple<std::string_view, std::string_view, std::string_view>;

std::string function_name(const FunctionProto& function) {
  const std::string overload = function.overload.empty() ? "" : ":" + core::printable(function.overload);
  return "function \"" + core::printable(function.name) + overload + "\" of " +
         domain_name(known_domain(function.domain));
}

[[noreturn]] void malformed(const std::string& why) { throw Refusal(ErrorCode::malformed, why); }

std::string quoted(std::string_view name) { return "\"" + core::printable(name) + "\""; }

/// A function at one of its calls.
struct Call {
  const Function* function = nullptr;
  std::string_view name;  ///< of the node that calls
  /// What each parameter is: null where the call gives nothing and there is no default.
  std::unordered_map<std::string_view, const AttributeProto*> attributes = {};
  /// What the function's outputs are to be called, as far as the call wants them.
  std::unordered_map<std::string_view, std::string_view> outputs = {};
};

class Inliner {
 public:
  Inliner(ModelProto& model, const Opsets& opsets, const Limits& limits, core::TextArena& texts)
      : opsets_(opsets), limits_(limits), names_(*model.graph, texts) {
    for (const FunctionProto& proto : model.functions) add(proto);
  }

  /// A graph of the model's own.
  void expand(GraphProto& graph);

 private:
  void add(const FunctionProto& proto);
  Function* find(const NodeProto& node);
  void count_node();
  void spend(std::size_t elements);
  void put(NodeProto node, const Opsets& opsets, std::vector<NodeProto>& to);
  void put_body(const NodeProto& node, Function& function, std::vector<NodeProto>& to);
  Call bind(const NodeProto& node, const Function& function) const;
  FunctionScope open(const NodeProto& node, const Function& function, Call& call) const;
  void close(const NodeProto& node, const Call& call, const FunctionScope& scope, std::vector<NodeProto>& to) const;

  void copy_nodes(const std::vector<NodeProto>& nodes, const Call& call, FunctionScope& scope, bool within,
                  std::vector<NodeProto>& to);
  NodeProto copy(const NodeProto& node, const Call& call, const FunctionScope& scope);
  std::optional<AttributeProto> copy(const AttributeProto& attribute, const Call& call, const FunctionScope& scope);
  GraphProto copy(const GraphProto& graph, const Call& call, const FunctionScope& around);

  const Opsets& opsets_;
  const Limits& limits_;
  FreshNames names_;
  std::map<FunctionKey, Function> functions_;
  std::size_t nodes_ = 0;
  std::size_t elements_ = 0;
  std::size_t depth_ = 0;
};

/// Counts how deep a walk is while it lasts.
class Deeper {
 public:
  explicit Deeper(std::size_t& depth) : depth_(depth) {
    if (depth == kMostNested) throw Refusal(ErrorCode::too_large, "functions are nested too deeply");
    ++depth_;
  }
  Deeper(const Deeper&) = delete;
  Deeper& operator=(const Deeper&) = delete;
  ~Deeper() { --depth_; }

 private:
  std::size_t& depth_;
};

void Inliner::add(const FunctionProto& proto) {
  auto opsets = read_opsets(proto.opset_import);
  if (!opsets) throw Refusal(opsets.error().code(), function_name(proto) + ": " + opsets.error().message());
  Function function{.proto = &proto, .opsets = std::move(*opsets)};
  for (const NodeProto& node : proto.node) function.elements += elements_of(node);
  const FunctionKey key(known_domain(proto.domain), proto.name, proto.overload);
  if (!functions_.emplace(key, std::move(function)).second) malformed("has two of " + function_name(proto));
}

/// The function that a node calls, or null where it is an operator.
Function* Inliner::find(const NodeProto& node) {
  const std::string_view domain = known_domain(node.domain);
  const auto found = functions_.find({domain, node.op_type, node.overload});
  if (found == functions_.end()) return nullptr;
  const bool both = find_operator(domain, node.op_type) || operators::find_operator(domain, node.op_type);
  if (!both || !node.overload.empty()) return &found->second;
  throw Refusal(ErrorCode::unsupported, node_name(node) + ": is an operator that the file defines otherwise");
}

/// Calls count too: functions that hold nothing but calls could go on for ever.
void Inliner::count_node() {
  if (++nodes_ <= limits_.nodes) return;
  throw Refusal(ErrorCode::too_large, "more than " + std::to_string(limits_.nodes) + " nodes, functions put in");
}

void Inliner::spend(std::size_t elements) {
  elements_ += std::min(elements, limits_.messages + 1);
  if (elements_ > limits_.messages) throw Refusal(ErrorCode::too_large, "functions put in make the graph too large");
}

void Inliner::expand(GraphProto& graph) {
  const Deeper deeper(depth_);
  std::vector<NodeProto> nodes;
  nodes.reserve(graph.node.size());
  for (NodeProto& node : graph.node) {
    for (AttributeProto& attribute : node.attribute) {
      for (GraphProto& body : attribute.graphs) expand(body);
    }
    put(std::move(node), opsets_, nodes);
  }
  graph.node = std::move(nodes);
}

/// A node whose names and attributes are the graph's; `opsets` are what its surroundings import.
void Inliner::put(NodeProto node, const Opsets& opsets, std::vector<NodeProto>& to) {
  count_node();
  Function* const function = find(node);
  if (function == nullptr) return to.push_back(std::move(node));
  if (!opsets.contains(known_domain(node.domain))) {
    malformed(node_name(node) + ": operator set " + domain_name(known_domain(node.domain)) + " is not imported");
  }
  put_body(node, *function, to);
}

void Inliner::put_body(const NodeProto& node, Function& function, std::vector<NodeProto>& to) {
  const Deeper deeper(depth_);
  if (function.active) malformed(function_name(*function.proto) + " calls itself");
  if (function.called) spend(function.elements);  // the first time no more is made than was read
  function.called = true;
  function.active = true;
  Call call = bind(node, function);
  FunctionScope scope = open(node, function, call);
  copy_nodes(function.proto->node, call, scope, false, to);
  close(node, call, scope, to);
  function.active = false;
}

Call Inliner::bind(const NodeProto& node, const Function& function) const {
  Call call{.function = &function, .name = node.name};
  for (const std::string_view name : function.proto->attribute) call.attributes[name] = nullptr;
  for (const AttributeProto& attribute : function.proto->attribute_proto) call.attributes[attribute.name] = &attribute;
  for (const AttributeProto& attribute : node.attribute) {
    const auto parameter = call.attributes.find(attribute.name);
    if (parameter == call.attributes.end()) {
      malformed(node_name(node) + ": attribute " + quoted(attribute.name) + " is no parameter of " +
                function_name(*function.proto));
    }
    parameter->second = &attribute;
  }
  return call;
}

/// The names that a body starts with: its inputs. Those of its outputs go into the call.
FunctionScope Inliner::open(const NodeProto& node, const Function& function, Call& call) const {
  const FunctionProto& proto = *function.proto;
  if (node.input.size() > proto.input.size() || node.output.size() > proto.output.size()) {
    malformed(node_name(node) + ": has more inputs or outputs than " + function_name(proto));
  }
  FunctionScope scope(nullptr);
  for (std::size_t i = 0; i < proto.input.size(); ++i) {
    const std::string_view given = i < node.input.size() ? node.input[i] : std::string_view();
    if (proto.input[i].empty() || !scope.define(proto.input[i], given)) {
      malformed(function_name(proto) + " has two inputs " + quoted(proto.input[i]) + ", or one without a name");
    }
  }
  for (std::size_t i = 0; i < proto.output.size(); ++i) {
    const std::string_view wanted = i < node.output.size() ? node.output[i] : std::string_view();
    if (proto.output[i].empty() || !call.outputs.emplace(proto.output[i], wanted).second) {
      malformed(function_name(proto) + " has two outputs " + quoted(proto.output[i]) + ", or one without a name");
    }
  }
  return scope;
}

/// Checks that the body gave its outputs; those that are its inputs are handed on.
void Inliner::close(const NodeProto& node, const Call& call, const FunctionScope& scope,
                    std::vector<NodeProto>& to) const {
  const FunctionProto& proto = *call.function->proto;
  for (const std::string_view name : proto.output) {
    const std::string_view wanted = call.outputs.at(name);
    const std::string_view* const given = scope.find(name);
    if (given == nullptr) malformed(function_name(proto) + ": output " + quoted(name) + " is given by no node");
    if (wanted.empty() || *given == wanted) continue;
    if (given->empty()) malformed(node_name(node) + ": output " + quoted(name) + " is an input that is left out");
    NodeProto& pass = to.emplace_back();
    pass.name = node.name;
    pass.op_type = "Identity";
    pass.input = {*given};
    pass.output = {wanted};
    pass.opset = kNewestOpset;
  }
}

/// The nodes of a body, or (`within`) of a graph in it.
void Inliner::copy_nodes(const std::vector<NodeProto>& nodes, const Call& call, FunctionScope& scope, bool within,
                         std::vector<NodeProto>& to) {
  for (const NodeProto& node : nodes) {
    NodeProto placed = copy(node, call, scope);
    for (const std::string_view name : node.output) {
      const auto wanted = within ? call.outputs.end() : call.outputs.find(name);
      const bool given = wanted != call.outputs.end() && !wanted->second.empty();
      const std::string_view made = name.empty() ? name : given ? wanted->second : names_.value(name);
      if (!name.empty() && !scope.define(name, made)) {
        malformed(function_name(*call.function->proto) + ": " + node_name(node) + ": gives " + quoted(name) +
                  ", which exists already");
      }
      placed.output.push_back(made);
    }
    put(std::move(placed), call.function->opsets, to);
  }
}

/// A node of a body where it is put; without its outputs.
NodeProto Inliner::copy(const NodeProto& node, const Call& call, const FunctionScope& scope) {
  const std::string place = function_name(*call.function->proto) + ": " + node_name(node) + ": ";
  NodeProto placed;
  placed.name = names_.node(call.name, node.name);
  placed.op_type = node.op_type;
  placed.domain = node.domain;
  placed.overload = node.overload;
  placed.opset = opset_of(node, call.function->opsets);
  if (placed.opset == 0) {
    malformed(place + "operator set " + domain_name(known_domain(node.domain)) + " is not imported");
  }
  for (const std::string_view name : node.input) {
    const std::string_view* const stands_for = scope.find(name);
    if (!name.empty() && stands_for == nullptr)
      malformed(place + "takes " + quoted(name) + ", which nothing before it gives");
    placed.input.push_back(name.empty() ? name : *stands_for);
  }
  for (const AttributeProto& attribute : node.attribute) {
    try {
      if (auto copied = copy(attribute, call, scope)) placed.attribute.push_back(std::move(*copied));
    } catch (const Refusal& refusal) {
      throw Refusal(refusal.code(), place + refusal.what());
    }
  }
  return placed;
}

/// Nothing where it refers to a parameter that is left out.
std::optional<AttributeProto> Inliner::copy(const AttributeProto& attribute, const Call& call,
                                            const FunctionScope& scope) {
  AttributeProto copied = attribute;
  if (!attribute.ref_attr_name.empty()) {
    const auto parameter = call.attributes.find(attribute.ref_attr_name);
    const std::string place = "attribute " + quoted(attribute.name) + " refers to " + quoted(attribute.ref_attr_name);
    if (parameter == call.attributes.end()) malformed(place + ", which is no parameter of the function");
    if (parameter->second == nullptr) return std::nullopt;
    const AttributeProto& given = *parameter->second;
    const bool typed = attribute.type != AttributeType::undefined && given.type != AttributeType::undefined;
    if (typed && attribute.type != given.type) malformed(place + ", which is of another type");
    // Its names are those of where it comes from.
    if (!given.graphs.empty()) throw Refusal(ErrorCode::unsupported, place + ", which is a graph");
    spend(elements_of(given));
    copied = given;
    copied.name = attribute.name;
    return copied;
  }
  for (GraphProto& graph : copied.graphs) graph = copy(graph, call, scope);
  return copied;
}

GraphProto Inliner::copy(const GraphProto& graph, const Call& call, const FunctionScope& around) {
  const Deeper deeper(depth_);
  GraphProto placed;
  placed.name = graph.name;
  placed.sparse_initializers = graph.sparse_initializers;
  placed.initializer = graph.initializer;
  placed.input = graph.input;
  placed.output = graph.output;
  FunctionScope scope(&around);
  const auto define = [&](std::string_view& name) {
    const std::string_view made = names_.value(name);
    if (!scope.define(name, made)) malformed("a graph has two values " + quoted(name));
    name = made;
  };
  for (TensorProto& tensor : placed.initializer) define(tensor.name);
  for (ValueInfoProto& info : placed.input) define(info.name);
  copy_nodes(graph.node, call, scope, true, placed.node);
  for (ValueInfoProto& info : placed.output) {
    const std::string_view* const stands_for = scope.find(info.name);
    if (stands_for == nullptr || stands_for->empty()) malformed("output " + quoted(info.name) + " is given by no node");
    info.name = *stands_for;
  }
  return placed;
}

}  // namespace

core::Result<void> inline_functions(ModelProto& model, const Opsets& opsets, const Limits& limits,
                                    core::TextArena& texts) {
  if (model.functions.empty() || !model.graph) return {};
  try {
    Inliner(model, opsets, limits, texts).expand(*model.graph);
  } catch (const Refusal& refusal) {
    return Error(refusal.code(), refusal.what());
  }
  model.functions.clear();
  return {};
}

}  // namespace pelton::formats::onnx
