#include <gtest/gtest.h>

#include "random_tensor.hpp"
#include "rows_apart.hpp"

namespace pelton::operators {
namespace {

using tensor::Failure;
using tensor::RowAxis;

NodeCase over(std::vector<std::int64_t> axes) { return {.opset = 13, .attributes = {{"axes", std::move(axes)}}}; }

TEST(MeanVarianceNormalization, NormalizesOverAnyAxes) {
  const Tensor x = make_tensor<float>({2, 2}, {1, 10, 3, 30});
  EXPECT_EQ(list<float>(run_node("MeanVarianceNormalization", over({0}), {&x})), (std::vector<float>{-1, -1, 1, 1}));
  EXPECT_EQ(list<float>(run_node("MeanVarianceNormalization", over({-1}), {&x})), (std::vector<float>{-1, 1, -1, 1}));
  EXPECT_EQ(list<float>(run_node("MeanVarianceNormalization", over({}), {&x})),
            list<float>(run_node("MeanVarianceNormalization", over({0, 1}), {&x})));
  const Tensor all = make_tensor<float>({2, 1, 1, 2}, {1, 1, 3, 3});
  EXPECT_EQ(list<float>(run_node("MeanVarianceNormalization", {.opset = 9}, {&all})),
            (std::vector<float>{-1, -1, 1, 1}));
}

TEST(MeanVarianceNormalization, OfEqualNumbersIsZero) {
  const Tensor x = make_tensor<double>({1, 3}, {5, 5, 5});
  EXPECT_EQ(list<double>(run_node("MeanVarianceNormalization", over({1}), {&x})), (std::vector<double>{0, 0, 0}));
}

TEST(MeanVarianceNormalization, RefusesWhatDoesNotFit) {
  const Tensor x = make_tensor<float>({1, 3}, {1, 2, 3}), whole = make_tensor<std::int32_t>({1}, {1});
  EXPECT_THROW(run_node("MeanVarianceNormalization", {.opset = 9}, {&x}), Failure);
  EXPECT_THROW(run_node("MeanVarianceNormalization", over({0}), {&whole}), Refusal);
}

TEST(MeanVarianceNormalization, KeepsRowsApart) {
  RandomTensors random(12);
  const Tensor x = random.of<float>({5, 5, 3});
  EXPECT_TRUE(expect_rows_apart("MeanVarianceNormalization", over({1, 2}), {{&x, RowAxis::at(0)}}));
  EXPECT_TRUE(expect_rows_apart("MeanVarianceNormalization", over({0, 2}), {{&x, RowAxis::at(1)}}));
  EXPECT_FALSE(expect_rows_apart("MeanVarianceNormalization", over({0, 2}), {{&x, RowAxis::at(0)}}));
}

}  // namespace
}  // namespace pelton::operators
