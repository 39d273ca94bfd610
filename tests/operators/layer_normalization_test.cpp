#include <gtest/gtest.h>

#include "random_tensor.hpp"
#include "rows_apart.hpp"

namespace pelton::operators {
namespace {

using tensor::BFloat16;
using tensor::Failure;
using tensor::Float16;
using tensor::RowAxis;

std::vector<Tensor> outputs_of(const NodeCase& test, const Inputs& inputs) {
  core::TextArena texts;
  return run_node_outputs("LayerNormalization", test, inputs, texts);
}

TEST(LayerNormalization, ScalesAndMovesWhatItStandardized) {
  // Means 2 and 0, variances 1 and 9.
  const Tensor x = make_tensor<float>({2, 2}, {1, 3, -3, 3});
  const Tensor scale = make_tensor<float>({2}, {2, 4}), term = make_tensor<float>({2}, {10, 20});
  const std::vector<Tensor> y = outputs_of({.attributes = {{"epsilon", 0.0}}, .outputs = 3}, {&x, &scale, &term});
  EXPECT_EQ(list<float>(y[0]), (std::vector<float>{8, 24, 8, 24}));
  EXPECT_EQ(y[1].shape(), Shape({2, 1}));
  EXPECT_EQ(list<float>(y[1]), (std::vector<float>{2, 0}));
  EXPECT_EQ(list<float>(y[2]), (std::vector<float>{1, 1.0F / 3}));
  EXPECT_EQ(list<float>(run_node("LayerNormalization", {.attributes = {{"epsilon", 3.0}}}, {&x, &scale}))[0], -1);
}

TEST(LayerNormalization, NormalizesFromAnAxisOn) {
  const Tensor x = make_tensor<double>({1, 2, 2}, {1, 1, 3, 3});
  const Tensor one = Tensor::scalar(1.0);
  for (const std::int64_t axis : {0, 1, -2, -3}) {
    const std::vector<Tensor> y =
        outputs_of({.attributes = {{"axis", axis}, {"epsilon", 0.0}}, .outputs = 3}, {&x, &one});
    EXPECT_EQ(list<double>(y[0]), (std::vector<double>{-1, -1, 1, 1}));
    EXPECT_EQ(y[1].type(), DataType::float32);
    EXPECT_EQ(y[1].shape(), Shape({1, 1, 1}));
  }
  EXPECT_EQ(list<double>(run_node("LayerNormalization", {.attributes = {{"axis", std::int64_t{2}}}}, {&x, &one})),
            (std::vector<double>{0, 0, 0, 0}));
  EXPECT_THROW(outputs_of({.attributes = {{"axis", std::int64_t{3}}}}, {&x, &one}), Failure);
  EXPECT_THROW(outputs_of({.attributes = {{"axis", std::int64_t{-4}}}}, {&x, &one}), Failure);
}

TEST(LayerNormalization, SpreadsItsParameters) {
  const Tensor x = make_tensor<float>({2, 1, 2}, {1, 3, 5, 7});
  const Tensor scale = make_tensor<float>({2, 1, 1}, {1, 2}), term = make_tensor<float>({1, 2}, {0, 10});
  EXPECT_EQ(list<float>(run_node("LayerNormalization", {.attributes = {{"epsilon", 0.0}}}, {&x, &scale, &term})),
            (std::vector<float>{-1, 11, -2, 12}));
  const Tensor long_scale = make_tensor<float>({3}, {1, 2, 3}), deep = make_tensor<float>({1, 1, 1, 1}, {1});
  EXPECT_THROW(outputs_of({}, {&x, &long_scale}), Failure);
  EXPECT_THROW(outputs_of({}, {&x, &deep}), Failure);
  const Tensor wide = make_tensor<float>({2, 3, 2}, std::initializer_list<float>{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  EXPECT_THROW(outputs_of({}, {&x, &wide}), Failure);
}

TEST(LayerNormalization, RefusesAnotherFirstStage) {
  const Tensor x = make_tensor<float>({1, 1}, {1});
  EXPECT_THROW(outputs_of({.attributes = {{"stash_type", std::int64_t{16}}}}, {&x, &x}), Refusal);
  const Tensor whole = make_tensor<std::int64_t>({1, 1}, {1});
  EXPECT_THROW(outputs_of({}, {&whole, &whole}), Refusal);
}

TEST(LayerNormalization, OfHalfFloats) {
  const Tensor x = make_tensor<Float16>({1, 2}, {Float16(1.0F), Float16(3.0F)});
  const Tensor scale = make_tensor<Float16>({2}, {Float16(2.0F), Float16(0.5F)});
  const Tensor y = run_node("LayerNormalization", {.attributes = {{"epsilon", 0.0}}}, {&x, &scale});
  EXPECT_EQ(static_cast<float>(list<Float16>(y)[0]), -2.0F);
  EXPECT_EQ(static_cast<float>(list<Float16>(y)[1]), 0.5F);
}

TEST(LayerNormalization, KeepsRowsApart) {
  RandomTensors random(9);
  const Tensor x = random.of<float>({5, 5, 7}), scale = random.of<float>({7}), own = random.of<float>({5, 1, 1});
  const RowAxis first = RowAxis::at(0);
  const NodeCase test{.outputs = 3};
  EXPECT_TRUE(expect_rows_apart("LayerNormalization", test, {{&x, first}, {&scale}, {&scale}}));
  EXPECT_TRUE(expect_rows_apart("LayerNormalization", test, {{&x, RowAxis::at(1)}, {&scale}}));
  EXPECT_TRUE(expect_rows_apart("LayerNormalization", test, {{&x, first}, {&scale}, {&own, first}}));
  EXPECT_FALSE(expect_rows_apart("LayerNormalization", test, {{&x, first}, {&own}}));
  EXPECT_FALSE(expect_rows_apart("LayerNormalization", test, {{&x, RowAxis::at(2)}, {&own}}));
  EXPECT_FALSE(expect_rows_apart("LayerNormalization", {.attributes = {{"axis", std::int64_t{1}}}},
                                 {{&x, RowAxis::at(1)}, {&scale}}));
  EXPECT_TRUE(expect_rows_apart("RMSNormalization", {.opset = 23}, {{&x, first}, {&scale}}));
}

TEST(LayerNormalization, IsAsNearToAPlainEvaluationAsFloatsAllow) {
  RandomTensors random(10);
  for (int trial = 0; trial < 40; ++trial) {
    const std::int64_t n = random.between(1, 5), k = random.between(1, 50);
    const Tensor x = random.of<float>({n, k}), scale = random.of<float>({k});
    const std::vector<long double> in = exact<float>(x), factors = exact<float>(scale);
    const std::vector<long double> layer = exact<float>(run_node("LayerNormalization", {}, {&x, &scale}));
    const std::vector<long double> rms = exact<float>(run_node("RMSNormalization", {.opset = 23}, {&x, &scale}));
    for (std::int64_t r = 0; r < n; ++r) {
      long double mean = 0, squares = 0;
      for (std::int64_t i = 0; i < k; ++i) mean += in[static_cast<std::size_t>(r * k + i)];
      mean /= static_cast<long double>(k);
      for (std::int64_t i = 0; i < k; ++i) squares += std::pow(in[static_cast<std::size_t>(r * k + i)], 2.0L);
      squares /= static_cast<long double>(k);
      for (std::int64_t i = 0; i < k; ++i) {
        const auto at = static_cast<std::size_t>(r * k + i);
        const long double factor = factors[static_cast<std::size_t>(i)];
        const long double expected = (in[at] - mean) / std::sqrt(squares - mean * mean + 1e-5F) * factor;
        ASSERT_LE(std::fabs(layer[at] - expected), 1e-7L * std::fabs(expected) + 1e-12L);
        const long double root = in[at] / std::sqrt(squares + 1e-5F) * factor;
        ASSERT_LE(std::fabs(rms[at] - root), 1e-7L * std::fabs(root) + 1e-12L);
      }
    }
  }
}

TEST(RmsNormalization, DividesByTheRootOfTheMeanSquare) {
  const Tensor x = make_tensor<float>({1, 2, 2}, {1, 7, 5, 5});
  const Tensor scale = make_tensor<float>({2}, {5, 10});
  const NodeCase test{.opset = 23, .attributes = {{"epsilon", 0.0}}};
  EXPECT_EQ(list<float>(run_node("RMSNormalization", test, {&x, &scale})), (std::vector<float>{1, 14, 5, 10}));
  const Tensor halves = make_tensor<BFloat16>({2}, {BFloat16(5.0F), BFloat16(10.0F)});
  const Tensor y = run_node("RMSNormalization", test, {&x, &halves});
  EXPECT_EQ(static_cast<float>(list<BFloat16>(y)[1]), 14.0F);
  EXPECT_EQ(list<float>(run_node("RMSNormalization",
                                 {.opset = 23, .attributes = {{"axis", std::int64_t{1}}, {"epsilon", 0.0}}},
                                 {&x, &scale}))[2],
            5.0F);
}

}  // namespace
}  // namespace pelton::operators
