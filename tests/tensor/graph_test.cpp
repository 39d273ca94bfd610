#include "tensor/graph.hpp"

#include <gtest/gtest.h>

namespace pelton::tensor {
namespace {

/// Adds all inputs, of one float each.
class Sum final : public Operation {
 public:
  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const override {
    float sum = 0;
    for (const Value* input : inputs) sum += input->tensor.values<float>()[0];
    if (sum > kMost) throw Failure("more than the test allows");
    outputs[0]->tensor.reset<float>({})[0] = sum;
  }
  static constexpr float kMost = 1100;
};

TEST(Graph, RunsWhatItsOutputsNeed) {
  Graph::Builder builder;
  const auto sum = std::make_shared<const Sum>();
  const std::size_t x = builder.add_input();
  const std::size_t one = builder.add_constant(Tensor::scalar(1.0F));
  std::size_t value = x;
  for (int i = 0; i < 10; ++i) value = builder.add_node("sum", sum, std::array{value, one, value}, 1);
  builder.add_node("unread", sum, std::array{value, value}, 1);
  const Graph graph = builder.build(std::array{value, x});
  EXPECT_EQ(graph.node_names().size(), 10U);

  Value input;
  input.tensor = Tensor::scalar(0.0F);
  const Value* in = &input;
  std::array<Value, 2> outputs;
  const std::array<Value*, 2> out{&outputs[0], &outputs[1]};
  ASSERT_TRUE(graph.run({&in, 1}, out));
  EXPECT_EQ(outputs[0].tensor.values<float>()[0], 1023.0F);
  EXPECT_EQ(outputs[1].tensor.values<float>()[0], 0.0F);
}

TEST(Graph, TellsWhichNodeFailed) {
  Graph::Builder builder;
  const std::size_t x = builder.add_input();
  const std::size_t y = builder.add_node("the sum", std::make_shared<const Sum>(), std::array{x, x}, 1);
  const Graph graph = builder.build(std::array{y});
  Value input;
  input.tensor = Tensor::scalar(600.0F);
  Value output;
  const Value* in = &input;
  Value* out = &output;
  const auto ran = graph.run({&in, 1}, {&out, 1});
  ASSERT_FALSE(ran);
  EXPECT_EQ(ran.error().message(), "the sum: more than the test allows");
}

}  // namespace
}  // namespace pelton::tensor
