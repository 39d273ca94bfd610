#include <gtest/gtest.h>

#include "random_tensor.hpp"
#include "rows_apart.hpp"
#include "support/allocation_counter.hpp"

namespace pelton::operators {
namespace {

/// What a second run of an operation allocates.
std::size_t allocations_once_warm(std::string_view name, const NodeCase& test, const std::vector<RowsInput>& inputs) {
  const std::shared_ptr<const Operation> operation = build_node(name, test, inputs);
  std::vector<tensor::Value> values(inputs.size());
  std::vector<const tensor::Value*> taken;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    values[i].tensor.assign(*inputs[i].tensor);
    taken.push_back(&values[i]);
  }
  tensor::Value result;
  const std::array<tensor::Value*, 1> given{&result};
  core::TextArena texts;
  tensor::RunContext context{texts};
  operation->run(taken, given, context);
  const std::size_t before = test::allocations_of_this_thread();
  operation->run(taken, given, context);
  return test::allocations_of_this_thread() - before;
}

TEST(Algebra, AllocatesNothingOnceWarm) {
  RandomTensors random(71);
  const Tensor a = random.of<float>({20, 30}), b = random.of<float>({30, 10}), points = random.of<float>({50, 30});
  const Tensor stack = random.of<float>({4, 30, 10}), square = random.of<float>({20, 20});
  const Tensor equations = random.of<double>({20, 20}), sides = random.of<double>({20, 30});
  const Tensor list = random.of<float>({30});
  const NodeCase einsum{.attributes = {{"equation", std::string("ij,jk,k->ik")}}};
  const Tensor ten = random.of<float>({10});
  const NodeCase microsoft{.opset = 1, .domain = kMicrosoftDomain};
  for (const bool known : {false, true}) {
    const auto right = [&](const Tensor& tensor) { return RowsInput{&tensor, tensor::RowAxis::none(), known}; };
    EXPECT_EQ(allocations_once_warm("MatMul", {}, {{&a}, right(b)}), 0U);
    EXPECT_EQ(allocations_once_warm("MatMul", {}, {{&a}, right(stack)}), 0U);
    EXPECT_EQ(allocations_once_warm("Gemm", {}, {{&a}, right(b)}), 0U);
    EXPECT_EQ(allocations_once_warm("CDist", microsoft, {{&a}, right(points)}), 0U);
    EXPECT_EQ(allocations_once_warm("Solve", microsoft, {right(equations), {&sides}}), 0U);
  }
  EXPECT_EQ(allocations_once_warm("Einsum", einsum, {{&a}, {&b}, {&ten}}), 0U);
  EXPECT_EQ(allocations_once_warm("Det", {}, {{&square}}), 0U);
  EXPECT_EQ(allocations_once_warm("Inverse", microsoft, {{&square}}), 0U);
  EXPECT_EQ(allocations_once_warm("LayerNormalization", {}, {{&a}, {&list}}), 0U);
  EXPECT_EQ(allocations_once_warm("MeanVarianceNormalization", {.attributes = {{"axes", std::vector<std::int64_t>{0}}}},
                                  {{&a}}),
            0U);
}

}  // namespace
}  // namespace pelton::operators
