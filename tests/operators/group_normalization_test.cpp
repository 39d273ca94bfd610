#include <gtest/gtest.h>

#include "random_tensor.hpp"
#include "rows_apart.hpp"

namespace pelton::operators {
namespace {

using tensor::Failure;
using tensor::RowAxis;

const std::int64_t kTwo = 2;

TEST(InstanceNormalization, NormalizesEachChannel) {
  const Tensor x = make_tensor<float>({1, 2, 2}, {1, 3, 10, 30});
  const Tensor scale = make_tensor<float>({2}, {2, 5}), term = make_tensor<float>({2}, {0, 1});
  const std::vector<float> expected{-2, 2, -4, 6};
  EXPECT_EQ(list<float>(run_node("InstanceNormalization", {.attributes = {{"epsilon", 0.0}}}, {&x, &scale, &term})),
            expected);
  EXPECT_EQ(list<float>(run_node(
                "InstanceNormalization",
                {.opset = 1, .attributes = {{"epsilon", 0.0}, {"consumed_inputs", std::vector<std::int64_t>{0}}}},
                {&x, &scale, &term})),
            expected);
}

TEST(InstanceNormalization, RefusesWhatDoesNotFit) {
  const Tensor x = make_tensor<float>({1, 2, 2}, {1, 3, 10, 30}), one = make_tensor<float>({1}, {1});
  const Tensor d = make_tensor<double>({2}, {1, 1});
  EXPECT_THROW(run_node("InstanceNormalization", {}, {&x, &one, &one}), Failure);
  EXPECT_THROW(run_node("InstanceNormalization", {}, {&one, &one, &one}), Failure);
  EXPECT_THROW(run_node("InstanceNormalization", {}, {&x, &d, &d}), Refusal);
}

TEST(GroupNormalization, NormalizesChannelsTogether) {
  // Groups of means 2 and 6, variances 1 and 4.
  const Tensor x = make_tensor<double>({1, 4, 1}, {1, 3, 4, 8});
  const Tensor scale = make_tensor<double>({4}, {1, 2, 3, 4}), term = make_tensor<double>({4}, {0, 0, 1, 1});
  const NodeCase now{.attributes = {{"num_groups", kTwo}, {"epsilon", 0.0}}};
  EXPECT_EQ(list<double>(run_node("GroupNormalization", now, {&x, &scale, &term})),
            (std::vector<double>{-1, 2, -2, 5}));
  NodeCase before = now;
  before.opset = 18;
  const Tensor each = make_tensor<double>({2}, {1, 10}), zero = make_tensor<double>({2}, {0, 1});
  EXPECT_EQ(list<double>(run_node("GroupNormalization", before, {&x, &each, &zero})),
            (std::vector<double>{-1, 1, -9, 11}));
  EXPECT_THROW(run_node("GroupNormalization", before, {&x, &scale, &term}), Failure);
  EXPECT_THROW(run_node("GroupNormalization", now, {&x, &each, &zero}), Failure);
}

TEST(GroupNormalization, RefusesWhatDoesNotFit) {
  const Tensor x = make_tensor<float>({1, 3}, {1, 2, 3}), scale = make_tensor<float>({3}, {1, 1, 1});
  EXPECT_THROW(run_node("GroupNormalization", {.attributes = {{"num_groups", kTwo}}}, {&x, &scale, &scale}), Failure);
  EXPECT_THROW(run_node("GroupNormalization", {}, {&x, &scale, &scale}), Refusal);
  const NodeCase half{.attributes = {{"num_groups", std::int64_t{1}}, {"stash_type", std::int64_t{10}}}};
  EXPECT_THROW(run_node("GroupNormalization", half, {&x, &scale, &scale}), Refusal);
  const Tensor none = make_tensor<float>({0, 3}, {});
  EXPECT_EQ(run_node("GroupNormalization", {.attributes = {{"num_groups", std::int64_t{1}}}}, {&none, &scale, &scale})
                .shape(),
            Shape({0, 3}));
}

TEST(GroupNormalization, KeepsRowsApart) {
  RandomTensors random(11);
  const Tensor x = random.of<float>({5, 4, 3}), scale = random.of<float>({4});
  const NodeCase test{.attributes = {{"num_groups", kTwo}}};
  EXPECT_TRUE(expect_rows_apart("GroupNormalization", test, {{&x, RowAxis::at(0)}, {&scale}, {&scale}}));
  EXPECT_TRUE(expect_rows_apart("InstanceNormalization", {}, {{&x, RowAxis::at(0)}, {&scale}, {&scale}}));
  EXPECT_FALSE(row_axes("GroupNormalization", test, {{&x, RowAxis::at(2)}, {&scale}, {&scale}})[0].is_axis());
  EXPECT_FALSE(
      row_axes("GroupNormalization", test, {{&x, RowAxis::at(0)}, {&scale, RowAxis::at(0)}, {&scale}})[0].is_axis());
}

}  // namespace
}  // namespace pelton::operators
