#include <array>

#include "operators/registry.hpp"

/// If: one of two graphs.
namespace pelton::operators {
namespace {

using tensor::Failure;
using tensor::RunContext;
using tensor::Value;

/// A branch and where what it reads of the graph around it stands among the node's inputs.
struct Branch {
  std::shared_ptr<const tensor::Graph> graph;
  std::size_t first = 0;
  std::size_t captured = 0;
};

bool condition(const Tensor& tensor) {
  if (tensor.size() != 1) throw Failure("has a condition of shape " + to_string(tensor.shape()) + ", not one");
  return tensor.values<bool>()[0];
}

/// A branch that never runs, because the condition is a constant, has no graph.
class If final : public Operation {
 public:
  If(Branch then, Branch otherwise) : then_(std::move(then)), otherwise_(std::move(otherwise)) {}

  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext& context) const override {
    const Branch& branch = condition(inputs[0]->tensor) ? then_ : otherwise_;
    branch.graph->run_nested(inputs.subspan(branch.first, branch.captured), outputs, context);
  }

 private:
  Branch then_;
  Branch otherwise_;
};

Subgraph::Compiled compile(const Node& node, std::string_view name) {
  const std::shared_ptr<const Subgraph> body = node.graph(name);
  if (body == nullptr) node.malformed("lacks \"" + std::string(name) + "\"");
  Subgraph::Compiled compiled = body->compile({});
  if (compiled.outputs.size() != node.outputs()) node.malformed("has other outputs than \"" + std::string(name) + "\"");
  return compiled;
}

void check_alike(const Node& node, std::span<const Operand> then, std::span<const Operand> otherwise) {
  for (std::size_t i = 0; i < then.size(); ++i) {
    const bool alike = then[i].type == otherwise[i].type && then[i].is_sequence == otherwise[i].is_sequence;
    if (!alike) node.malformed("has branches that give different types");
  }
}

std::shared_ptr<const Operation> if_then(Node& node) {
  if (node.type(0) != DataType::boolean) node.malformed("has a condition that is no bool");
  const Tensor* const known = node.constant(0);
  node.ignore("then_branch");
  node.ignore("else_branch");
  if (known != nullptr && known->size() != 1) node.malformed("has several conditions");
  const bool may_hold = known == nullptr || condition(*known);
  const bool may_not = known == nullptr || !condition(*known);
  Branch then;
  Branch otherwise;
  std::vector<Operand> outputs;
  std::size_t next = node.inputs();
  const auto add = [&](std::string_view name, Branch& branch) {
    Subgraph::Compiled compiled = compile(node, name);
    if (!outputs.empty()) check_alike(node, outputs, compiled.outputs);
    branch = {std::move(compiled.graph), next, compiled.captured};
    next += compiled.captured;
    outputs = std::move(compiled.outputs);
  };
  if (may_hold) add("then_branch", then);
  if (may_not) add("else_branch", otherwise);
  for (const Operand& output : outputs) node.gives(output);
  return std::make_shared<If>(std::move(then), std::move(otherwise));
}

constexpr std::array kOperators{
    Operator{"", "If", 1, if_then},
};

}  // namespace

std::span<const Operator> if_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
