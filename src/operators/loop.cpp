#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "operators/integers.hpp"
#include "operators/pieces.hpp"
#include "operators/registry.hpp"

/// Loop: a graph run over and over, with values that it carries along.
namespace pelton::operators {
namespace {

using tensor::Failure;
using tensor::RunContext;
using tensor::Value;

/// What a body gives in one run after another, to be stacked: how often it will run is not known.
class Stack {
 public:
  void push(const Value& element) {
    const Tensor& tensor = element.tensor;
    if (!parts_.empty() && !(tensor.shape() == parts_[0].shape())) {
      throw Failure("gives elements of different shapes: " + to_string(parts_[0].shape()) + " and " +
                    to_string(tensor.shape()));
    }
    if (tensor.size() * (parts_.size() + 1) > static_cast<std::size_t>(tensor::kMaxElements)) {
      throw Failure("gives more than " + std::to_string(tensor::kMaxElements) + " elements");
    }
    parts_.emplace_back().assign(tensor);
  }
  void write(Tensor& result) const {
    if (parts_.empty()) throw Failure("is not run once, which gives no shape of its outputs");
    const auto count = static_cast<std::int64_t>(parts_.size());
    result.reset(parts_[0].type(), parts_[0].shape().inserted(0, count));
    for (std::size_t i = 0; i < parts_.size(); ++i) paste(parts_[i], 0, i, result);
  }

 private:
  std::vector<Tensor> parts_;
};

bool holds(const Value& condition) {
  const Tensor& tensor = condition.tensor;
  if (tensor.size() != 1) throw Failure("has a condition of shape " + to_string(tensor.shape()) + ", not one");
  return tensor.values<bool>()[0];
}

/// Inputs: the most runs, the condition, the states; then what the body reads of the graph around it.
constexpr std::size_t kFirstState = 2;

/// The runs of a body: (number, condition, states…, captured…) → (condition, states…, elements…).
class Rounds {
 public:
  Rounds(const tensor::Graph& body, std::span<const Value* const> inputs, std::size_t states, std::size_t stacked)
      : body_(body), inputs_(inputs), states_(states), elements_(stacked) {
    condition_[1].tensor.reset<bool>({})[0] = true;
    for (std::vector<Value>& side : sides_) side.resize(states);
    for (std::size_t s = 0; s < states; ++s) state_.push_back(inputs[kFirstState + s]);
  }

  /// Runs the body the t-th time; gives whether it may go on.
  bool run(std::int64_t t, RunContext& context) {
    context.count_iteration();
    const auto side = static_cast<std::size_t>(t % 2);
    number_.tensor.reset<std::int64_t>({})[0] = t;
    taken_.assign({&number_, &condition_[1 - side]});
    taken_.insert(taken_.end(), state_.begin(), state_.end());
    const std::span<const Value* const> captured = inputs_.subspan(kFirstState + states_);
    taken_.insert(taken_.end(), captured.begin(), captured.end());
    given_.assign({&condition_[side]});
    for (Value& value : sides_[side]) given_.push_back(&value);
    for (Value& value : elements_) given_.push_back(&value);
    body_.run_nested(taken_, given_, context);
    for (std::size_t s = 0; s < states_; ++s) state_[s] = &sides_[side][s];
    return holds(condition_[side]);
  }

  const Value& state(std::size_t s) const noexcept { return *state_[s]; }
  const Value& element(std::size_t k) const noexcept { return elements_[k]; }

 private:
  const tensor::Graph& body_;
  std::span<const Value* const> inputs_;
  std::size_t states_;
  // What the body is given and what it gives, by turns.
  std::array<Value, 2> condition_;
  std::array<std::vector<Value>, 2> sides_;
  std::vector<const Value*> state_;
  std::vector<Value> elements_;
  Value number_;
  std::vector<const Value*> taken_;
  std::vector<Value*> given_;
};

class Loop final : public Operation {
 public:
  Loop(std::shared_ptr<const tensor::Graph> body, std::size_t states, std::size_t stacked)
      : body_(std::move(body)), states_(states), stacked_(stacked) {}

  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext& context) const override {
    std::optional<std::int64_t> most;
    if (inputs[0] != nullptr) most = only_integer(inputs[0]->tensor, "the number of runs");
    bool goes_on = inputs[1] == nullptr || holds(*inputs[1]);
    Rounds rounds(*body_, inputs, states_, stacked_);
    std::vector<Stack> stacks(stacked_);
    for (std::int64_t t = 0; goes_on && (!most || t < *most); ++t) {
      goes_on = rounds.run(t, context);
      for (std::size_t k = 0; k < stacked_; ++k) {
        if (outputs[states_ + k] != nullptr) stacks[k].push(rounds.element(k));
      }
    }
    for (std::size_t s = 0; s < states_; ++s) {
      if (outputs[s] != nullptr) outputs[s]->assign(rounds.state(s));
    }
    for (std::size_t k = 0; k < stacked_; ++k) {
      if (outputs[states_ + k] != nullptr) stacks[k].write(outputs[states_ + k]->tensor);
    }
  }

 private:
  std::shared_ptr<const tensor::Graph> body_;
  std::size_t states_;
  std::size_t stacked_;
};

std::shared_ptr<const Operation> loop(Node& node) {
  const std::shared_ptr<const Subgraph> body = node.graph("body");
  if (body == nullptr) node.malformed("lacks a body");
  if (node.inputs() < kFirstState) node.malformed("lacks inputs");
  if (node.has_input(0) && node.type(0) != DataType::int64) node.malformed("has a number of runs that is not int64");
  if (node.has_input(1) && node.type(1) != DataType::boolean) node.malformed("has a condition that is no bool");
  const std::size_t states = node.inputs() - kFirstState;
  std::vector<Operand> operands{{true, false, DataType::int64, nullptr}, {true, false, DataType::boolean, nullptr}};
  for (std::size_t i = kFirstState; i < node.inputs(); ++i) {
    operands.push_back({true, node.input(i).is_sequence, node.input(i).type, nullptr});
  }
  const Subgraph::Compiled compiled = body->compile(operands);
  if (compiled.outputs.size() != node.outputs() + 1 || node.outputs() < states) {
    node.malformed("has other outputs than its body");
  }
  if (compiled.outputs[0].is_sequence || compiled.outputs[0].type != DataType::boolean) {
    node.malformed("has a body whose condition is no bool");
  }
  for (std::size_t i = 1; i < compiled.outputs.size(); ++i) {
    const Operand& output = compiled.outputs[i];
    const bool is_state = i <= states;
    if (is_state && (output.type != operands[i + 1].type || output.is_sequence != operands[i + 1].is_sequence)) {
      node.malformed("has a body that changes the type of a state");
    }
    if (!is_state && output.is_sequence) node.malformed("has a body that gives sequences to be stacked");
    node.gives(output);
  }
  return std::make_shared<Loop>(compiled.graph, states, node.outputs() - states);
}

constexpr std::array kOperators{
    Operator{"", "Loop", 1, loop},
};

}  // namespace

std::span<const Operator> loop_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
