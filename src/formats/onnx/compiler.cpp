#include "formats/onnx/compiler.hpp"

#include <algorithm>
#include <iterator>
#include <new>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/printable.hpp"
#include "formats/onnx/attachments.hpp"
#include "formats/onnx/describe.hpp"
#include "formats/onnx/external_data.hpp"
#include "formats/onnx/functions.hpp"
#include "formats/onnx/general/compile.hpp"
#include "formats/onnx/graph_inputs.hpp"
#include "formats/onnx/graph_outputs.hpp"
#include "formats/onnx/map_inputs.hpp"
#include "formats/onnx/proto_reader.hpp"
#include "formats/onnx/refusals.hpp"
#include "formats/onnx/registry.hpp"

namespace pelton::formats::onnx {
namespace {

using core::Error;
using core::ErrorCode;

constexpr std::int64_t kNewestIrVersion = 14;

/// Of the values allowed so far (none yet: all), keeps those among `values` (ascending).
void allow_only(model::Feature& feature, std::vector<double> values) {
  if (feature.allowed != nullptr) {
    std::vector<double> both;
    std::set_intersection(values.begin(), values.end(), feature.allowed->begin(), feature.allowed->end(),
                          std::back_inserter(both));
    values = std::move(both);
  }
  feature.allowed = std::make_shared<const std::vector<double>>(std::move(values));
}

/// One graph on its way into a program.
class Compiler {
 public:
  Compiler(const ModelProto& model, const Opsets& opsets, GraphInputs inputs, const Limits& limits)
      : model_(model),
        graph_(*model.graph),
        opsets_(opsets),
        inputs_(std::move(inputs)),
        limits_(limits),
        builder_(inputs_.features.size()),
        refusals_(limits.refusals) {}

  core::Result<std::unique_ptr<const model::Model>> compile();

 private:
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
  const Opsets& opsets_;
  GraphInputs inputs_;
  const Limits& limits_;
  graph::ProgramBuilder builder_;
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
  for (const auto& [feature, values] : context.allowed()) allow_only(inputs_.features[feature], values);
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
  const std::int64_t opset = opset_of(node, opsets_);
  if (op == nullptr || !node.overload.empty()) {
    refusals_.add(node, ErrorCode::unsupported,
                  "operator of " + domain_name(domain) + " that Pelton does not carry out");
  } else if (opset == 0) {
    refusals_.add(node, ErrorCode::malformed, "operator set " + domain_name(domain) + " is not imported");
  } else if (opset < op->since) {
    refusals_.add(node, ErrorCode::unsupported,
                  "version " + std::to_string(opset) + " of " + domain_name(domain) +
                      "; Pelton reads it from version " + std::to_string(op->since) + " on");
  } else if (known) {
    return build(node, *op, opset, std::move(inputs));
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
  auto bound = bind();
  if (!bound) return bound.error();
  find_readers();
  for (const NodeProto& node : graph_.node) run_node(node);
  if (!refusals_.empty()) return refusals_.error();
  auto settled = settle_vocabularies(inputs_.vocabularies, builder_, inputs_.features);
  if (!settled) return settled.error();
  auto given = outputs();
  if (!given) return given.error();
  auto methods = read_graph_outputs(graph_.output, std::move(*given), inputs_.features, builder_);
  if (!methods) return methods.error();
  model::Description description = describe(model_, inputs_, layers(), methods->outputs, !methods->classes.empty());
  std::vector<model::Input> inputs = told(inputs_);
  model::Schema schema{std::move(inputs_.features), std::move(methods->classes), std::move(methods->outputs),
                       std::move(inputs)};
  return std::unique_ptr<const model::Model>(
      std::make_unique<model::ProgramModel>(std::move(schema), std::move(description), std::move(methods->programs)));
}

core::Result<void> check_model(const ModelProto& model, const Limits& limits) {
  if (model.ir_version < 3 || model.ir_version > kNewestIrVersion) {
    return Error(ErrorCode::unsupported, "is of IR version " + std::to_string(model.ir_version) + "; versions 3 to " +
                                             std::to_string(kNewestIrVersion) + " are read");
  }
  if (!model.graph) return Error(ErrorCode::malformed, "has no graph");
  if (model.graph->sparse_initializers) return Error(ErrorCode::unsupported, "has sparse initializers");
  return check_attachments(model, limits);
}

}  // namespace

core::Result<std::unique_ptr<const model::Model>> read_onnx_model(std::string_view bytes, const Options& options) {
  const Limits& limits = options.limits;
  try {
    auto model = read_model_proto(bytes, limits);
    if (!model) return model.error();
    auto checked = check_model(*model, limits);
    if (!checked) return checked.error();
    ExternalData external(options.folder, limits);
    auto attached = external.attach(*model);
    if (!attached) return attached.error();
    auto opsets = read_opsets(model->opset_import);
    if (!opsets) return opsets.error();
    core::TextArena names;
    auto inlined = inline_functions(*model, *opsets, limits, names);
    if (!inlined) return inlined.error();
    auto lowered = lower_map_inputs(*model, limits, names);
    if (!lowered) return lowered.error();
    auto inputs = read_graph_inputs(*model, limits);
    if (!inputs) return inputs.error();
    auto compiled = Compiler(*model, *opsets, *inputs, limits).compile();
    if (compiled || compiled.error().code() != ErrorCode::unsupported) return compiled;
    // Not all of it is columns of rows: the general way says what can be done, or what cannot.
    return compile_general(*model, *opsets, std::move(*inputs), limits);
  } catch (const std::bad_alloc&) {
    return Error(ErrorCode::too_large, "not enough memory to load the model");
  }
}

}  // namespace pelton::formats::onnx
