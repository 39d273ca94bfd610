#include <gtest/gtest.h>

#include "random_tensor.hpp"
#include "rows_apart.hpp"

namespace pelton::operators {
namespace {

using tensor::Failure;
using tensor::Float16;
using tensor::RowAxis;

const std::int64_t kYes = 1, kNo = 0;

struct Batch {
  Tensor x = make_tensor<float>({2, 2, 2}, {0, 1, 2, 3, 4, 5, 6, 7});
  Tensor scale = make_tensor<float>({2}, {2, 3});
  Tensor offset = make_tensor<float>({2}, {10, 20});
  Tensor mean = make_tensor<float>({2}, {1, 2});
  Tensor variance = make_tensor<float>({2}, {3, 15});
  Inputs inputs() const { return {&x, &scale, &offset, &mean, &variance}; }
};

TEST(BatchNormalization, NormalizesByTheStatisticsOfTraining) {
  const Batch b;
  // The square roots are of 4 and 16.
  const std::map<std::string, AttributeValue, std::less<>> one{{"epsilon", 1.0}, {"momentum", 0.5}};
  const std::vector<float> expected{9, 10, 20, 20.75F, 13, 14, 23, 23.75F};
  for (const std::int64_t opset : {7, 9, 14, 15}) {
    const Tensor y = run_node("BatchNormalization", {.opset = opset, .attributes = one}, b.inputs());
    EXPECT_EQ(y.shape(), b.x.shape());
    EXPECT_EQ(list<float>(y), expected);
  }
  for (const std::int64_t opset : {1, 6}) {
    auto attributes = one;
    attributes.emplace("is_test", kYes);
    attributes.emplace("spatial", kYes);
    attributes.emplace("consumed_inputs", std::vector<std::int64_t>{0, 0, 0, 1, 1});
    EXPECT_EQ(list<float>(run_node("BatchNormalization", {.opset = opset, .attributes = attributes}, b.inputs())),
              expected);
  }
}

TEST(BatchNormalization, OfVersionsBeforeNineMayBeForEachElement) {
  const Tensor x = make_tensor<double>({2, 1, 2}, {1, 2, 3, 4}), one = make_tensor<double>({1, 2}, {1, 1});
  const Tensor mean = make_tensor<double>({1, 2}, {1, 2}), zero = make_tensor<double>({1, 2}, {0, 0});
  const Tensor variance = make_tensor<double>({1, 2}, {4, 16});
  const NodeCase test{.opset = 7, .attributes = {{"epsilon", 0.0}, {"spatial", kNo}}};
  EXPECT_EQ(list<double>(run_node("BatchNormalization", test, {&x, &one, &zero, &mean, &variance})),
            (std::vector<double>{0, 0, 1, 0.5}));
}

TEST(BatchNormalization, OfOneDimensionHasOneChannel) {
  const Tensor x = make_tensor<float>({3}, {1, 2, 3}), one = make_tensor<float>({1}, {1});
  const Tensor mean = make_tensor<float>({1}, {2});
  EXPECT_EQ(
      list<float>(run_node("BatchNormalization", {.attributes = {{"epsilon", 0.0}}}, {&x, &one, &mean, &mean, &one})),
      (std::vector<float>{1, 2, 3}));
}

TEST(BatchNormalization, TakesParametersOfOtherTypes) {
  const Tensor x = make_tensor<Float16>({1, 1}, {Float16(3.0F)});
  const Tensor scale = make_tensor<float>({1}, {2}), mean = make_tensor<double>({1}, {1});
  const Tensor y =
      run_node("BatchNormalization", {.attributes = {{"epsilon", 3.0}}}, {&x, &scale, &scale, &mean, &mean});
  EXPECT_EQ(static_cast<float>(list<Float16>(y)[0]), 4.0F);
}

TEST(BatchNormalization, RefusesTraining) {
  const Batch b;
  EXPECT_THROW(run_node("BatchNormalization", {.attributes = {{"training_mode", kYes}}}, b.inputs()), Refusal);
  EXPECT_THROW(run_node("BatchNormalization", {.opset = 6}, b.inputs()), Refusal);
  core::TextArena texts;
  EXPECT_THROW(run_node_outputs("BatchNormalization", {.opset = 9, .outputs = 3}, b.inputs(), texts), Refusal);
}

TEST(BatchNormalization, RefusesWhatDoesNotFit) {
  const Batch b;
  const Tensor scalar = Tensor::scalar(1.0F), three = make_tensor<float>({3}, {1, 2, 3});
  const Tensor whole = make_tensor<std::int32_t>({2}, {1, 2});
  EXPECT_THROW(run_node("BatchNormalization", {}, {&scalar, &b.scale, &b.scale, &b.scale, &b.scale}), Failure);
  EXPECT_THROW(run_node("BatchNormalization", {}, {&b.x, &b.scale, &b.scale, &b.scale, &three}), Failure);
  EXPECT_THROW(run_node("BatchNormalization", {}, {&b.x, &b.scale, &b.scale, &b.scale, &whole}), Refusal);
  EXPECT_THROW(run_node("BatchNormalization", {}, {&b.x, &b.scale, &b.scale, &b.scale}), Refusal);
}

TEST(BatchNormalization, KeepsRowsApart) {
  RandomTensors random(8);
  const Batch b;
  const Tensor x = random.of<float>({5, 2, 5});
  const auto apart = [&](RowAxis rows, RowAxis of_scale) {
    return expect_rows_apart("BatchNormalization", {},
                             {{&x, rows}, {&b.scale, of_scale}, {&b.offset}, {&b.mean}, {&b.variance}});
  };
  EXPECT_TRUE(apart(RowAxis::at(0), RowAxis::none()));
  EXPECT_TRUE(apart(RowAxis::at(2), RowAxis::none()));
  EXPECT_FALSE(apart(RowAxis::at(1), RowAxis::none()));
  EXPECT_FALSE(apart(RowAxis::at(0), RowAxis::at(0)));
}

}  // namespace
}  // namespace pelton::operators
