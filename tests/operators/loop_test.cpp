#include <gtest/gtest.h>

#include "run_node.hpp"

namespace pelton::operators {
namespace {

using Row = std::vector<float>;
using tensor::Failure;
using tensor::Graph;
using tensor::RunContext;
using tensor::Value;

/// Where a body's output comes from: one of its inputs, or what `step` makes of two of them.
struct Body final : public Subgraph {
  std::size_t own = 0;
  std::size_t captured = 0;
  std::shared_ptr<const Operation> step;
  std::vector<std::size_t> taken;    ///< inputs of the step
  std::vector<std::size_t> outputs;  ///< numbers of inputs; one beyond them: the step's
  std::vector<DataType> types;       ///< of the outputs

  std::size_t inputs() const noexcept override { return own; }
  Compiled compile(std::span<const Operand> given) const override {
    if (given.size() != own) throw Refusal(core::ErrorCode::malformed, "other inputs");
    Graph::Builder builder;
    for (std::size_t i = 0; i < own + captured; ++i) builder.add_input();
    if (step != nullptr) builder.add_node("step", step, taken, 1);
    Compiled compiled{std::make_shared<const Graph>(builder.build(outputs)), {}, captured};
    for (const DataType type : types) compiled.outputs.push_back({true, false, type, nullptr});
    return compiled;
  }
};

class Add final : public Operation {
 public:
  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const override {
    const float sum = inputs[0]->tensor.values<float>()[0] + inputs[1]->tensor.values<float>()[0];
    outputs[0]->tensor.reset<float>({})[0] = sum;
  }
};

/// Whether a number is less than 10.
class IsSmall final : public Operation {
 public:
  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const override {
    outputs[0]->tensor.reset<bool>({})[0] = inputs[0]->tensor.values<float>()[0] < 10;
  }
};

std::shared_ptr<Body> body(std::size_t own, std::size_t captured, std::vector<std::size_t> outputs,
                           std::vector<DataType> types) {
  auto made = std::make_shared<Body>();
  made->own = own;
  made->captured = captured;
  made->outputs = std::move(outputs);
  made->types = std::move(types);
  return made;
}

/// (number, condition, state), captured → (condition, state + captured, the sum): sums go on for ever.
std::shared_ptr<Body> summing() {
  auto made = body(3, 1, {1, 4, 4}, {DataType::boolean, DataType::float32, DataType::float32});
  made->step = std::make_shared<Add>();
  made->taken = {2, 3};
  return made;
}

/// A node whose bodies capture the inputs from `own` on.
struct Case {
  std::string name;
  std::map<std::string, std::shared_ptr<const Subgraph>, std::less<>> bodies;
  std::size_t own = 0;
  std::size_t outputs = 1;
  bool known = false;  ///< the first input is a constant
};

std::vector<Tensor> run(const Case& test, const Inputs& inputs) {
  std::vector<Operand> operands;
  std::vector<Value> values(inputs.size());
  std::vector<const Value*> taken;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    taken.push_back(inputs[i] == nullptr ? nullptr : &values[i]);
    if (inputs[i] != nullptr) values[i].tensor.assign(*inputs[i]);
    if (i >= test.own) continue;
    operands.push_back(inputs[i] == nullptr ? Operand() : Operand{true, false, inputs[i]->type(), nullptr});
  }
  if (test.known) operands[0].constant = inputs[0];
  Node node(21, operands, std::vector<bool>(test.outputs, true),
            [&](std::string_view name) -> std::optional<AttributeValue> {
              const auto found = test.bodies.find(name);
              return found == test.bodies.end() ? std::nullopt : std::optional<AttributeValue>(found->second);
            });
  const auto operation = find_operator("", test.name)->build(node);
  std::vector<Value> results(test.outputs);
  std::vector<Value*> given;
  for (Value& result : results) given.push_back(&result);
  core::TextArena texts;
  RunContext context{texts};
  operation->run(taken, given, context);
  std::vector<Tensor> outputs;
  for (Value& result : results) outputs.push_back(std::move(result.tensor));
  return outputs;
}

Case loop(std::shared_ptr<const Subgraph> body, std::size_t outputs) {
  return {.name = "Loop", .bodies = {{"body", std::move(body)}}, .own = 3, .outputs = outputs};
}

TEST(Loop, RunsAsOftenAsItIsTold) {
  const Tensor three = Tensor::scalar(std::int64_t{3});
  const Tensor yes = Tensor::scalar(true);
  const Tensor start = Tensor::scalar(1.0F);
  const Tensor step = Tensor::scalar(2.0F);
  for (const Tensor* condition : {&yes, static_cast<const Tensor*>(nullptr)}) {
    const std::vector<Tensor> y = run(loop(summing(), 2), {&three, condition, &start, &step});
    EXPECT_EQ(list<float>(y[0]), Row{7});
    EXPECT_EQ(y[1].shape(), Shape({3}));
    EXPECT_EQ(list<float>(y[1]), (Row{3, 5, 7}));
  }
}

TEST(Loop, StopsWhereItsConditionDoesNotHold) {
  auto small = body(3, 0, {3, 2}, {DataType::boolean, DataType::float32});
  small->step = std::make_shared<IsSmall>();
  small->taken = {2};
  const Tensor large = Tensor::scalar(12.0F);
  EXPECT_EQ(list<float>(run(loop(small, 1), {nullptr, nullptr, &large})[0]), Row{12});
  const Tensor no = Tensor::scalar(false);
  const Tensor start = Tensor::scalar(1.0F);
  EXPECT_EQ(list<float>(run(loop(small, 1), {nullptr, &no, &start})[0]), Row{1});
}

TEST(Loop, DoesNotRunForEver) {
  const Tensor start = Tensor::scalar(1.0F);
  const auto idle = body(3, 0, {1, 2}, {DataType::boolean, DataType::float32});
  EXPECT_THROW(run(loop(idle, 1), {nullptr, nullptr, &start}), Failure);
  const Tensor most = Tensor::scalar(INT64_MAX);
  EXPECT_THROW(run(loop(idle, 1), {&most, nullptr, &start}), Failure);
}

TEST(Loop, KnowsNoShapeOfWhatItDoesNotRun) {
  const Tensor start = Tensor::scalar(1.0F);
  const Tensor step = Tensor::scalar(2.0F);
  for (const std::int64_t none : {std::int64_t{0}, INT64_MIN}) {
    const Tensor most = Tensor::scalar(none);
    EXPECT_THROW(run(loop(summing(), 2), {&most, nullptr, &start, &step}), Failure);
    const auto idle = body(3, 0, {1, 2}, {DataType::boolean, DataType::float32});
    EXPECT_EQ(list<float>(run(loop(idle, 1), {&most, nullptr, &start})[0]), Row{1});
  }
}

TEST(Loop, RefusesBodiesThatDoNotFit) {
  const Tensor start = Tensor::scalar(1.0F);
  const Inputs inputs{nullptr, nullptr, &start};
  EXPECT_THROW(run(loop(body(3, 0, {1, 0}, {DataType::boolean, DataType::int64}), 1), inputs), Refusal);
  EXPECT_THROW(run(loop(body(3, 0, {0, 2}, {DataType::int64, DataType::float32}), 1), inputs), Refusal);
  EXPECT_THROW(run(loop(body(3, 0, {1}, {DataType::boolean}), 1), inputs), Refusal);
  EXPECT_THROW(run(loop(body(2, 0, {1, 0}, {DataType::boolean, DataType::float32}), 1), inputs), Refusal);
  EXPECT_THROW(run({.name = "Loop", .bodies = {}, .own = 3}, inputs), Refusal);
}

/// Branches that give what they capture.
Case either(DataType then, DataType otherwise, bool known = false) {
  return {.name = "If",
          .bodies = {{"then_branch", body(0, 1, {0}, {then})}, {"else_branch", body(0, 1, {0}, {otherwise})}},
          .own = 1,
          .known = known};
}

TEST(If, GivesWhatItsBranchGives) {
  const Tensor yes = Tensor::scalar(true);
  const Tensor no = make_tensor<bool>({1}, {false});
  const Tensor a = Tensor::scalar(1.0F);
  const Tensor b = make_tensor<float>({2}, {2, 3});
  const Case test = either(DataType::float32, DataType::float32);
  EXPECT_EQ(list<float>(run(test, {&yes, &a, &b})[0]), Row{1});
  EXPECT_EQ(list<float>(run(test, {&no, &a, &b})[0]), (Row{2, 3}));
  const Tensor two = make_tensor<bool>({2}, {true, true});
  EXPECT_THROW(run(test, {&two, &a, &b}), Failure);
}

TEST(If, LeavesOutABranchThatNeverRuns) {
  const Tensor no = Tensor::scalar(false);
  const Tensor a = Tensor::scalar(1.0F);
  EXPECT_EQ(list<float>(run(either(DataType::int64, DataType::float32, true), {&no, &a})[0]), Row{1});
}

TEST(If, RefusesBranchesThatDoNotFit) {
  const Tensor yes = Tensor::scalar(true);
  const Tensor a = Tensor::scalar(1.0F);
  EXPECT_THROW(run(either(DataType::int64, DataType::float32), {&yes, &a, &a}), Refusal);
  EXPECT_THROW(run(either(DataType::float32, DataType::float32), {&a, &a, &a}), Refusal);
  Case lacks = either(DataType::float32, DataType::float32);
  lacks.bodies.erase("else_branch");
  EXPECT_THROW(run(lacks, {&yes, &a}), Refusal);
}

}  // namespace
}  // namespace pelton::operators
