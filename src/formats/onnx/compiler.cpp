#include "formats/onnx/compiler.hpp"

#include <algorithm>
#include <map>
#include <new>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/printable.hpp"
#include "formats/onnx/describe.hpp"
#include "formats/onnx/external_data.hpp"
#include "formats/onnx/graph_inputs.hpp"
#include "formats/onnx/graph_outputs.hpp"
#include "formats/onnx/proto_reader.hpp"
#include "formats/onnx/registry.hpp"

namespace pelton::formats::onnx {
namespace {

using core::Error;
using core::ErrorCode;

constexpr std::int64_t kNewestIrVersion = 14;

std::string_view known_domain(std::string_view domain) { return domain == "ai.onnx" ? std::string_view() : domain; }

std::string domain_name(std::string_view domain) { return domain.empty() ? "ai.onnx" : core::printable(domain); }

/// Refusals of all nodes, told together.
class Refusals {
 public:
  void add(const NodeProto& node, ErrorCode code, const std::string& why) {
    constexpr std::size_t kMostTold = 20;
    if (count_++ == 0) code_ = code;
    if (count_ > kMostTold) return;
    text_ += (text_.empty() ? "" : "; ") + std::string("node \"") + core::printable(node.name) + "\" (" +
             core::printable(node.op_type) + "): " + why;
  }
  bool empty() const noexcept { return count_ == 0; }
  Error error() const {
    constexpr std::size_t kMostTold = 20;
    const std::string more = count_ > kMostTold ? "; and " + std::to_string(count_ - kMostTold) + " more" : "";
    return Error(code_, text_ + more);
  }

 private:
  ErrorCode code_ = ErrorCode::unsupported;
  std::size_t count_ = 0;
  std::string text_;
};

/// One graph on its way into a program.
class Compiler {
 public:
  Compiler(const ModelProto& model, GraphInputs inputs, const Limits& limits)
      : model_(model),
        graph_(*model.graph),
        inputs_(std::move(inputs)),
        limits_(limits),
        builder_(inputs_.features.size()) {}

  core::Result<std::unique_ptr<const model::Model>> compile();

 private:
  core::Result<void> read_opsets();
  core::Result<void> bind();
  void run_node(const NodeProto& node);
  void build(const NodeProto& node, const Operator& op, std::int64_t opset, std::vector<const Value*> inputs);
  void define(const NodeProto& node, std::vector<Value> outputs);
  core::Result<std::vector<Value>> outputs();
  std::size_t layers() const;
  void find_readers();
  const TensorProto* added_next(const NodeProto& node) const;

  const ModelProto& model_;
  const GraphProto& graph_;
  GraphInputs inputs_;
  const Limits& limits_;
  graph::ProgramBuilder builder_;
  std::map<std::string_view, std::int64_t> opsets_;
  std::unordered_map<std::string_view, Value> values_;
  /// The only reader of each value; null where there are several, or the graph gives it.
  std::unordered_map<std::string_view, const NodeProto*> readers_;
  Refusals refusals_;
};

void Compiler::find_readers() {
  for (const NodeProto& node : graph_.node) {
    for (const std::string_view name : node.input) {
      const auto [reader, fresh] = readers_.emplace(name, &node);
      if (!fresh) reader->second = nullptr;
    }
  }
  for (const ValueInfoProto& info : graph_.output) readers_[info.name] = nullptr;
}

std::size_t Compiler::layers() const {
  std::size_t most = 0;
  for (const auto& [name, value] : values_) {
    if (const Rows* rows = std::get_if<Rows>(&value)) most = std::max(most, rows->layers);
  }
  return most;
}

const TensorProto* Compiler::added_next(const NodeProto& node) const {
  if (node.output.empty()) return nullptr;
  const auto reader = readers_.find(node.output[0]);
  if (reader == readers_.end() || reader->second == nullptr) return nullptr;
  const NodeProto& add = *reader->second;
  if (add.op_type != "Add" || !known_domain(add.domain).empty() || add.input.size() != 2) return nullptr;
  const auto other = values_.find(add.input[0] == node.output[0] ? add.input[1] : add.input[0]);
  if (other == values_.end()) return nullptr;
  const ConstantValue* constant = std::get_if<ConstantValue>(&other->second);
  return constant != nullptr ? constant->initializer : nullptr;
}

core::Result<void> Compiler::read_opsets() {
  for (const OperatorSetIdProto& opset : model_.opset_import) {
    const std::string_view domain = known_domain(opset.domain);
    const auto [entry, fresh] = opsets_.emplace(domain, opset.version);
    if (!fresh && entry->second != opset.version) {
      return Error(ErrorCode::malformed, "imports two versions of operator set " + domain_name(domain));
    }
    const bool core = domain.empty();
    if (!core && domain != kMlDomain) continue;  // a node that uses it is refused by name
    const std::int64_t newest = core ? kNewestOpset : kNewestMlOpset;
    if (opset.version < 1 || opset.version > newest) {
      return Error(ErrorCode::unsupported, "asks for version " + std::to_string(opset.version) + " of operator set " +
                                               domain_name(domain) + "; the newest known is " + std::to_string(newest));
    }
  }
  return {};
}

core::Result<void> Compiler::bind() {
  for (const TensorProto& tensor : graph_.initializer) {
    if (!values_.emplace(tensor.name, ConstantValue{&tensor, nullptr}).second) {
      return Error(ErrorCode::malformed, "has two initializers \"" + core::printable(tensor.name) + "\"");
    }
  }
  auto bound = bind_graph_inputs(inputs_, builder_);
  if (!bound) return bound.error();
  for (auto& [name, value] : *bound) {
    if (!values_.emplace(name, std::move(value)).second) {
      return Error(ErrorCode::malformed, "has two inputs \"" + core::printable(name) + "\"");
    }
  }
  return {};
}

void Compiler::define(const NodeProto& node, std::vector<Value> outputs) {
  outputs.resize(std::max(outputs.size(), node.output.size()));
  for (std::size_t i = 0; i < node.output.size(); ++i) {
    if (node.output[i].empty()) continue;  // an output that nobody wants
    if (!values_.emplace(node.output[i], std::move(outputs[i])).second) {
      refusals_.add(node, ErrorCode::malformed,
                    "gives \"" + core::printable(node.output[i]) + "\", which exists already");
    }
  }
}

void Compiler::build(const NodeProto& node, const Operator& op, std::int64_t opset, std::vector<const Value*> inputs) {
  NodeContext context(node, opset, std::move(inputs), builder_, limits_);
  context.set_added_next(added_next(node));
  try {
    op.build(context);
    if (const auto unread = context.unread_attribute())
      context.refuse("attribute \"" + core::printable(*unread) + "\"");
    if (context.outputs().size() < node.output.size())
      context.refuse("has " + std::to_string(node.output.size()) + " outputs");
  } catch (const Refusal& refusal) {
    refusals_.add(node, refusal.code(), refusal.what());
    return define(node, {});
  }
  for (const std::size_t feature : context.filled()) inputs_.features[feature].takes_missing = true;
  define(node, std::move(context.outputs()));
}

void Compiler::run_node(const NodeProto& node) {
  std::vector<const Value*> inputs;
  bool known = true;
  for (const std::string_view name : node.input) {
    if (name.empty()) {
      inputs.push_back(nullptr);
      continue;
    }
    const auto found = values_.find(name);
    if (found == values_.end()) {
      refusals_.add(node, ErrorCode::malformed,
                    "takes \"" + core::printable(name) + "\", which nothing before it gives");
      return define(node, {});
    }
    known = known && !std::holds_alternative<Unknown>(found->second);
    inputs.push_back(&found->second);
  }
  const std::string_view domain = known_domain(node.domain);
  const Operator* op = find_operator(domain, node.op_type);
  const auto opset = opsets_.find(domain);
  if (op == nullptr || !node.overload.empty()) {
    refusals_.add(node, ErrorCode::unsupported,
                  "operator of " + domain_name(domain) + " that Pelton does not carry out");
  } else if (opset == opsets_.end()) {
    refusals_.add(node, ErrorCode::malformed, "operator set " + domain_name(domain) + " is not imported");
  } else if (opset->second < op->since) {
    refusals_.add(node, ErrorCode::unsupported,
                  "version " + std::to_string(opset->second) + " of " + domain_name(domain) +
                      "; Pelton reads it from version " + std::to_string(op->since) + " on");
  } else if (known) {
    return build(node, *op, opset->second, std::move(inputs));
  }
  define(node, {});
}

core::Result<std::vector<Value>> Compiler::outputs() {
  std::vector<Value> outputs;
  for (const ValueInfoProto& info : graph_.output) {
    const auto found = values_.find(info.name);
    if (found == values_.end()) {
      return Error(ErrorCode::malformed, "output \"" + core::printable(info.name) + "\" is given by no node");
    }
    outputs.push_back(found->second);
  }
  return outputs;
}

core::Result<std::unique_ptr<const model::Model>> Compiler::compile() {
  auto opsets = read_opsets();
  if (!opsets) return opsets.error();
  auto bound = bind();
  if (!bound) return bound.error();
  find_readers();
  for (const NodeProto& node : graph_.node) run_node(node);
  if (!refusals_.empty()) return refusals_.error();
  auto given = outputs();
  if (!given) return given.error();
  auto methods = read_graph_outputs(graph_.output, std::move(*given), inputs_.features, builder_);
  if (!methods) return methods.error();
  model::Description description = describe(model_, layers(), methods->outputs, !methods->classes.empty());
  model::Schema schema{std::move(inputs_.features), std::move(methods->classes), std::move(methods->outputs)};
  return std::unique_ptr<const model::Model>(
      std::make_unique<model::ProgramModel>(std::move(schema), std::move(description), std::move(methods->programs)));
}

core::Result<void> check_model(const ModelProto& model) {
  if (model.ir_version < 3 || model.ir_version > kNewestIrVersion) {
    return Error(ErrorCode::unsupported, "is of IR version " + std::to_string(model.ir_version) + "; versions 3 to " +
                                             std::to_string(kNewestIrVersion) + " are read");
  }
  if (!model.graph) return Error(ErrorCode::malformed, "has no graph");
  if (model.functions) return Error(ErrorCode::unsupported, "defines functions of its own; export with them inlined");
  if (model.graph->sparse_initializers) return Error(ErrorCode::unsupported, "has sparse initializers");
  return {};
}

}  // namespace

core::Result<std::unique_ptr<const model::Model>> read_onnx_model(std::string_view bytes, const Options& options) {
  const Limits& limits = options.limits;
  try {
    auto model = read_model_proto(bytes, limits);
    if (!model) return model.error();
    auto checked = check_model(*model);
    if (!checked) return checked.error();
    ExternalData external(options.folder, limits);
    auto attached = external.attach(*model);
    if (!attached) return attached.error();
    auto inputs = read_graph_inputs(*model, limits);
    if (!inputs) return inputs.error();
    return Compiler(*model, std::move(*inputs), limits).compile();
  } catch (const std::bad_alloc&) {
    return Error(ErrorCode::too_large, "not enough memory to load the model");
  }
}

}  // namespace pelton::formats::onnx
