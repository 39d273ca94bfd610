#include "formats/onnx/general/graph_compiler.hpp"

#include <algorithm>
#include <utility>

#include "core/printable.hpp"
#include "formats/onnx/general/attributes.hpp"
#include "formats/onnx/general/missing_values.hpp"
#include "formats/onnx/general/row_operation.hpp"
#include "formats/onnx/general/tensor_constant.hpp"
#include "formats/onnx/general/value_bytes.hpp"
#include "formats/onnx/registry.hpp"
#include "formats/onnx/tensor.hpp"
#include "operators/registry.hpp"

namespace pelton::formats::onnx {
namespace {

using core::Error;
using core::ErrorCode;
using operators::Operand;
using tensor::Graph;
using tensor::RowAxis;
using tensor::Traced;

/// Values that are kept while a graph is compiled may take this much memory together.
constexpr std::size_t kMostTrialBytes = std::size_t{1} << 30;

Operand operand_of(const Known& known) {
  Operand operand{true, known.is_sequence, known.type, nullptr};
  if (known.constant && !known.is_sequence) operand.constant = &known.value->tensor;
  return operand;
}

/// The names that a graph reads. What its bodies read of the graph around them counts as read there: bodies
/// name it themselves.
void collect_read(const GraphProto& graph, std::vector<std::string_view>& names) {
  for (const ValueInfoProto& info : graph.output) names.push_back(info.name);
  for (const NodeProto& node : graph.node) {
    names.insert(names.end(), node.input.begin(), node.input.end());
    for (const AttributeProto& attribute : node.attribute) {
      for (const GraphProto& body : attribute.graphs) collect_read(body, names);  // as deep as Limits::depth
    }
  }
}

const std::string& plain_name(std::string& text, const NodeProto& node) {
  text = core::printable(node.name.empty() ? node.op_type : node.name);
  return text;
}

}  // namespace

/// A body, which its operator compiles for the types it gives it. What it reads of the graph around it is
/// appended to `captured`.
class GraphCompiler::Body final : public operators::Subgraph {
 public:
  Body(GraphCompiler& around, const GraphProto& graph, std::vector<std::string_view>& captured)
      : around_(around), graph_(graph), captured_(captured) {}
  std::size_t inputs() const noexcept override { return graph_.input.size(); }
  Compiled compile(std::span<const Operand> inputs) const override;

 private:
  template <class T>
  static T take(core::Result<T> result) {
    if (!result) throw Refusal(result.error().code(), "body: " + result.error().message());
    if constexpr (!std::is_void_v<T>) return std::move(*result);
  }

  GraphCompiler& around_;
  const GraphProto& graph_;
  std::vector<std::string_view>& captured_;
};

operators::Subgraph::Compiled GraphCompiler::Body::compile(std::span<const Operand> inputs) const {
  if (inputs.size() != graph_.input.size()) {
    throw Refusal(ErrorCode::malformed, "body takes " + std::to_string(graph_.input.size()) + " inputs, is given " +
                                            std::to_string(inputs.size()));
  }
  GraphCompiler compiler(around_.context_, graph_, &around_);
  take(compiler.add_initializers());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    Known input{.is_sequence = inputs[i].is_sequence, .type = inputs[i].type};
    take(compiler.add_input(graph_.input[i].name, std::move(input)));
  }
  take(compiler.add_nodes());
  std::vector<std::size_t> outputs;
  Compiled compiled;
  for (const ValueInfoProto& info : graph_.output) {
    const Known* known = compiler.import(info.name);
    if (known == nullptr) {
      throw Refusal(ErrorCode::malformed, "body output \"" + core::printable(info.name) + "\" is given by no node");
    }
    outputs.push_back(known->id);
    compiled.outputs.push_back({true, known->is_sequence, known->type, nullptr});
  }
  compiled.graph = std::make_shared<const Graph>(compiler.builder_.build(outputs));
  compiled.captured = compiler.captured_.size();
  captured_.insert(captured_.end(), compiler.captured_.begin(), compiler.captured_.end());
  return compiled;
}

GraphCompiler::GraphCompiler(GeneralContext& context, const GraphProto& graph, GraphCompiler* around)
    : context_(context), graph_(graph), around_(around), refusals_(context.limits.refusals) {
  collect_read(graph, read_);
  std::sort(read_.begin(), read_.end());
}

void GraphCompiler::keep_bytes(std::size_t bytes) {
  context_.trial_bytes += bytes;
  if (context_.trial_bytes > kMostTrialBytes) throw Refusal(ErrorCode::too_large, "values take too much memory");
}

/// A list of labels that a node made takes memory, and took some time.
void GraphCompiler::count_labels(const LabelList& labels) {
  if (labels == nullptr) return;
  constexpr std::size_t kLabelBytes = 64;
  constexpr std::size_t kLabelWork = 512;
  keep_bytes(labels->size() * kLabelBytes);
  tensor::RunContext run{.texts = context_.texts.arena, .work = context_.work};
  run.spend({labels->size(), kLabelWork});
  context_.work = run.work;
}

void GraphCompiler::note_missing(const FeatureList& features) {
  if (features == nullptr) return;
  for (const std::size_t feature : *features) {
    if (feature < context_.handles_missing.size()) context_.handles_missing[feature] = true;
  }
}

void GraphCompiler::note_features(const NodeProto& node, std::span<const Known* const> inputs,
                                  std::span<Known> outputs) {
  trace_features(node, inputs, outputs);
  note_missing(handled_missing(node, inputs));
  const FeatureList& listed = outputs.empty() ? nullptr : outputs[0].features;
  if (listed != nullptr && listed != inputs[0]->features) keep_bytes(listed->size() * sizeof(std::size_t));
}

std::size_t GraphCompiler::hold(std::shared_ptr<const tensor::Value> value) {
  keep_bytes(bytes_of(*value));
  return builder_.add_constant(std::move(value));
}

core::Result<void> GraphCompiler::add_initializers() {
  if (graph_.sparse_initializers) return Error(ErrorCode::unsupported, "has sparse initializers");
  for (const TensorProto& proto : graph_.initializer) {
    auto decoded = decode_tensor(proto);
    if (!decoded) return decoded.error();
    auto tensor = to_tensor(*decoded, context_.texts.arena);
    if (!tensor) return tensor.error().within("initializer \"" + core::printable(proto.name) + "\"");
    auto value = std::make_shared<tensor::Value>();
    value->tensor = std::move(*tensor);
    Known known{.type = value->tensor.type(), .constant = true, .value = value};
    known.id = builder_.add_constant(std::shared_ptr<const tensor::Value>(value));
    if (!values_.emplace(proto.name, std::move(known)).second) {
      return Error(ErrorCode::malformed, "has two initializers \"" + core::printable(proto.name) + "\"");
    }
  }
  return {};
}

core::Result<void> GraphCompiler::add_input(std::string_view name, Known input) {
  input.id = builder_.add_input();
  if (values_.emplace(name, std::move(input)).second) return {};
  return Error(ErrorCode::malformed, "has two inputs \"" + core::printable(name) + "\"");
}

core::Result<void> GraphCompiler::add_nodes() {
  for (const NodeProto& node : graph_.node) {
    add_node(node);
    if (context_.trial_bytes > kMostTrialBytes) break;  // the others would only fill more memory to be refused
  }
  if (refusals_.empty()) return {};
  return refusals_.error();
}

const Known* GraphCompiler::find(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() || !found->second ? nullptr : &*found->second;
}

/// The same, looked for in the graphs around this one too. What is found there becomes a constant here, or
/// an input after the graph's own.
const Known* GraphCompiler::import(std::string_view name) {
  if (around_ == nullptr || values_.contains(name)) return find(name);
  const Known* outer = around_->import(name);
  if (outer == nullptr) {
    if (around_->values_.contains(name)) values_.emplace(name, std::nullopt);  // refused there
    return nullptr;
  }
  Known copy = *outer;
  if (copy.constant) {
    copy.id = builder_.add_constant(copy.value);
  } else {
    // A body is not tried out: it might not be run at all.
    copy = Known{.id = builder_.add_input(), .is_sequence = outer->is_sequence, .type = outer->type};
    copy.labelled_scores = outer->labelled_scores;
    captured_.push_back(name);
  }
  return &*values_.emplace(name, std::move(copy)).first->second;
}

void GraphCompiler::define(const NodeProto& node, std::string_view name, std::optional<Known> value) {
  if (name.empty() || values_.emplace(name, std::move(value)).second) return;
  refusals_.add(node, ErrorCode::malformed, "gives \"" + core::printable(name) + "\", which exists already");
}

void GraphCompiler::define(const NodeProto& node, std::vector<Known> outputs) {
  for (std::size_t i = 0; i < node.output.size(); ++i) define(node, node.output[i], std::move(outputs[i]));
}

void GraphCompiler::define_unknown(const NodeProto& node) {
  for (const std::string_view name : node.output) define(node, name, std::nullopt);
}

void GraphCompiler::add_node(const NodeProto& node) {
  try {
    const std::string_view domain = known_domain(node.domain);
    const bool zips = domain == kMlDomain && node.op_type == "ZipMap";
    // Told even where its inputs are refused already.
    const bool carried_out =
        zips || is_row_operator(domain, node.op_type) || operators::find_operator(domain, node.op_type) != nullptr;
    if (!carried_out || !node.overload.empty()) {
      throw Refusal(ErrorCode::unsupported, "operator of " + domain_name(domain) + " that Pelton does not carry out");
    }
    std::vector<const Known*> inputs;
    for (const std::string_view name : node.input) {
      const Known* known = name.empty() ? nullptr : import(name);
      const auto here = values_.find(name);
      if (!name.empty() && known == nullptr && here == values_.end()) {
        throw Refusal(ErrorCode::malformed, "takes \"" + core::printable(name) + "\", which nothing before it gives");
      }
      if (!name.empty() && known == nullptr) return define_unknown(node);  // refused already
      if (known != nullptr && known->labelled_scores) throw Refusal(ErrorCode::unsupported, "takes a ZipMap's answer");
      inputs.push_back(known);
    }
    if (zips) return zip_map(node, inputs);
    const std::int64_t opset = opset_of(node, context_.opsets);
    if (opset == 0) {
      throw Refusal(ErrorCode::malformed, "operator set " + domain_name(domain) + " is not imported");
    }
    build(node, opset, inputs);
  } catch (const Refusal& refusal) {
    refusals_.add(node, refusal.code(), refusal.what());
    define_unknown(node);
  } catch (const tensor::Failure& failure) {
    refusals_.add(node, ErrorCode::invalid_argument, failure.what());
    define_unknown(node);
  }
}

void GraphCompiler::build(const NodeProto& node, std::int64_t opset, std::span<const Known* const> inputs) {
  const std::string_view domain = known_domain(node.domain);
  const operators::Operator* op = operators::find_operator(domain, node.op_type);
  if (op == nullptr) {
    RowOperation made = make_row_operation(node, opset, inputs, context_.limits);
    std::vector<Known> outputs = carry_out(node, made.operation, inputs, made.outputs);
    if (made.fills_missing) note_missing(inputs[0]->features);
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      if (made.labels[i].empty()) continue;
      outputs[i].labels = std::make_shared<const std::vector<model::Label>>(std::move(made.labels[i]));
      count_labels(outputs[i].labels);
    }
    return define(node, std::move(outputs));
  }
  if (opset < op->since) {
    throw Refusal(ErrorCode::unsupported, "version " + std::to_string(opset) + " of " + domain_name(domain) +
                                              "; Pelton reads it from version " + std::to_string(op->since) + " on");
  }
  std::vector<Operand> operands;
  for (const Known* input : inputs) operands.push_back(input == nullptr ? Operand() : operand_of(*input));
  std::vector<bool> wanted;
  for (const std::string_view name : node.output) {
    wanted.push_back(!name.empty() && std::binary_search(read_.begin(), read_.end(), name));
  }
  std::vector<std::string_view> captured;
  const SubgraphMaker body = [&](const GraphProto& graph) {
    return std::make_shared<const Body>(*this, graph, captured);
  };
  operators::Node built(opset, std::move(operands), std::move(wanted),
                        attribute_reader(node, context_.texts.arena, body));
  std::shared_ptr<const operators::Operation> operation = op->build(built);
  for (const AttributeProto& attribute : node.attribute) {
    if (std::find(built.asked().begin(), built.asked().end(), attribute.name) == built.asked().end()) {
      throw Refusal(ErrorCode::unsupported, "attribute \"" + core::printable(attribute.name) + "\"");
    }
  }
  if (built.given().size() < node.output.size()) {
    throw Refusal(ErrorCode::unsupported, "has " + std::to_string(node.output.size()) + " outputs");
  }
  std::vector<const Known*> taken(inputs.begin(), inputs.end());
  for (const std::string_view name : captured) taken.push_back(import(name));
  std::vector<Known> outputs = carry_out(node, std::move(operation), taken, built.given());
  trace_labels(node, inputs, outputs);
  note_features(node, inputs, outputs);
  for (const Known& output : outputs) {
    const auto is_handed_on = [&](const Known* input) { return input != nullptr && input->labels == output.labels; };
    if (std::none_of(inputs.begin(), inputs.end(), is_handed_on)) count_labels(output.labels);
  }
  define(node, std::move(outputs));
}

/// Adds the operation to the graph, and runs it where its inputs' values are known.
std::vector<Known> GraphCompiler::carry_out(const NodeProto& node,
                                            std::shared_ptr<const operators::Operation> operation,
                                            std::span<const Known* const> inputs, std::span<const Operand> given) {
  const auto every = [&](auto holds) {
    return std::all_of(inputs.begin(), inputs.end(), [&](const Known* k) { return k == nullptr || holds(*k); });
  };
  const bool constant = every([](const Known& k) { return k.constant; });
  const bool tried = every([](const Known& k) { return k.value != nullptr; });
  // An operation has all its outputs, whether the file names them or not.
  const std::size_t count = std::max(node.output.size(), given.size());
  std::vector<Known> outputs(count);
  std::vector<std::shared_ptr<tensor::Value>> values(count);
  if (tried) {
    std::vector<const tensor::Value*> taken;
    std::vector<tensor::Value*> results;
    for (const Known* input : inputs) taken.push_back(input == nullptr ? nullptr : input->value.get());
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (i < node.output.size() && !node.output[i].empty()) values[i] = std::make_shared<tensor::Value>();
      results.push_back(values[i].get());
    }
    tensor::RunContext run{.texts = context_.texts.arena, .work = context_.work, .made_up = !constant};
    try {
      run_counted(*operation, taken, results, run);
      context_.work = run.work;
    } catch (const tensor::Failure& failure) {
      context_.work = run.work;
      throw Refusal(ErrorCode::invalid_argument, failure.what());
    }
  }
  std::vector<std::size_t> ids;
  std::string name;
  if (!constant) {
    for (const Known* input : inputs) ids.push_back(input == nullptr ? Graph::kNothing : input->id);
    const std::size_t first = builder_.add_node(plain_name(name, node), operation, ids, outputs.size());
    for (std::size_t i = 0; i < outputs.size(); ++i) outputs[i].id = first + i;
  }
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    outputs[i].is_sequence = given[i].is_sequence;
    outputs[i].type = given[i].type;
    outputs[i].value = values[i];
    outputs[i].constant = constant;
    if (values[i] == nullptr) continue;
    if (constant) {
      outputs[i].id = hold(values[i]);
    } else {
      keep_bytes(bytes_of(*values[i]));
    }
  }
  if (!constant && tried) trace_rows(*operation, inputs, outputs);
  const auto gives_texts = [](const Operand& operand) { return operand.type == tensor::DataType::string; };
  if (constant && std::any_of(given.begin(), given.end(), gives_texts)) {
    context_.texts.givers.push_back(std::move(operation));
  }
  return outputs;
}

void GraphCompiler::trace_rows(const operators::Operation& operation, std::span<const Known* const> inputs,
                               std::span<Known> outputs) const {
  std::vector<Traced> traced;
  bool any = false;
  bool mixed = false;
  for (const Known* input : inputs) {
    if (input == nullptr) {
      traced.push_back({{}, RowAxis::none(), false});
      continue;
    }
    const tensor::Tensor* value = input->is_sequence ? nullptr : &input->value->tensor;
    traced.push_back({input->value->tensor.shape(), input->rows, true, value, input->counts});
    any = any || !input->rows.is_none();
    mixed = mixed || input->rows.is_mixed();
  }
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (outputs[i].value == nullptr) continue;
    if (mixed) {
      outputs[i].rows = RowAxis::mixed();
    } else if (any) {
      try {
        tensor::Trace trace = operation.trace(traced, outputs[i].value->tensor.shape(), i);
        outputs[i].rows = trace.rows;
        outputs[i].counts = std::move(trace.counts);
      } catch (const tensor::Failure&) {
        outputs[i].rows = RowAxis::mixed();  // nothing is known of them
      }
    }
  }
}

core::Result<Known> GraphCompiler::stack(const Known& sequence, std::string_view name) {
  NodeProto node;
  node.name = node.op_type = "ConcatFromSequence";
  node.output = {name};
  const auto attribute = [](std::string_view asked) -> std::optional<operators::AttributeValue> {
    if (asked == "axis" || asked == "new_axis") return std::int64_t{1};
    return std::nullopt;
  };
  try {
    const operators::Operator& op = *operators::find_operator("", node.op_type);
    operators::Node built(kNewestOpset, {operand_of(sequence)}, {true}, attribute);
    const Known* const input = &sequence;
    auto operation = op.build(built);
    return std::move(carry_out(node, std::move(operation), {&input, 1}, built.given()).front());
  } catch (const Refusal& refusal) {
    return Error(ErrorCode::unsupported, std::string("is a sequence that ") + refusal.what());
  }
}

void GraphCompiler::zip_map(const NodeProto& node, std::span<const Known* const> inputs) {
  if (inputs.size() != 1 || inputs[0] == nullptr || node.output.size() != 1)
    throw Refusal(ErrorCode::malformed, "takes and gives one value");
  core::TextArena& texts = context_.texts.arena;
  operators::Node read(1, {operand_of(*inputs[0])}, {true}, attribute_reader(node, texts, {}));
  Known output = *inputs[0];
  std::vector<model::Label> labels;
  for (std::string& label : read.texts("classlabels_strings")) labels.emplace_back(std::move(label));
  if (labels.empty()) {
    for (const std::int64_t label : read.integers("classlabels_int64s")) labels.emplace_back(label);
  }
  output.labels = std::make_shared<const std::vector<model::Label>>(std::move(labels));
  output.labelled_scores = true;
  define(node, node.output[0], std::move(output));
}

}  // namespace pelton::formats::onnx
