#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "operators/refusal.hpp"
#include "tensor/failure.hpp"
#include "trace_rows.hpp"

/// Softmax, LogSoftmax, Hardmax, LpNormalization, CumSum and CumProd.
namespace pelton::operators {
namespace {

using tensor::Failure;
using tensor::RowAxis;
using Doubles = std::vector<double>;
constexpr double kInf = std::numeric_limits<double>::infinity();

NodeCase along(std::int64_t axis, std::int64_t opset = 21) { return {.opset = opset, .attributes = {{"axis", axis}}}; }

void expect_near(const Doubles& got, const Doubles& expected) {
  ASSERT_EQ(got.size(), expected.size());
  for (std::size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], expected[i], 1e-14) << i;
}

TEST(Softmax, SharesOutOneAlongAnAxis) {
  const double l = std::log(3.0);
  const Tensor x = make_tensor<double>({2, 2}, {0, l, l, 0});
  expect_near(list<double>(run_node("Softmax", {}, {&x})), {0.25, 0.75, 0.75, 0.25});
  const Tensor y = make_tensor<double>({2, 2}, {0, 0, l, 0});
  expect_near(list<double>(run_node("Softmax", along(0), {&y})), {0.25, 0.5, 0.75, 0.5});
  expect_near(list<double>(run_node("LogSoftmax", {}, {&x})),
              {std::log(0.25), std::log(0.75), std::log(0.75), std::log(0.25)});
}

TEST(Softmax, OnceTookTheLastDimensionsForOne) {
  const Tensor x = make_tensor<double>({1, 2, 2}, {0, 0, 0, 0});
  expect_near(list<double>(run_node("Softmax", {.opset = 12}, {&x})), {0.25, 0.25, 0.25, 0.25});
  expect_near(list<double>(run_node("Softmax", along(-1, 12), {&x})), {0.5, 0.5, 0.5, 0.5});
  expect_near(list<double>(run_node("Hardmax", {.opset = 12}, {&x})), {1, 0, 0, 0});
}

TEST(Softmax, TakesGreatAndManyNumbers) {
  const Tensor great = make_tensor<double>({1, 3}, {1e300, 1e300, -1e300});
  expect_near(list<double>(run_node("Softmax", {}, {&great})), {0.5, 0.5, 0});
  const Tensor never = make_tensor<double>({1, 2}, {-kInf, 0});
  expect_near(list<double>(run_node("Softmax", {}, {&never})), {0, 1});
  EXPECT_EQ(list<double>(run_node("LogSoftmax", {}, {&never})), (Doubles{-kInf, 0}));
  const Tensor infinite = make_tensor<double>({1, 2}, {kInf, 0});
  EXPECT_TRUE(std::isnan(list<double>(run_node("Softmax", {}, {&infinite}))[0]));
  const Tensor many = Tensor::of<float>({1, 1000}, std::vector<float>(1000, 1));
  const Tensor shares = run_node("Softmax", {}, {&many});
  for (const float share : shares.values<float>()) ASSERT_EQ(share, 0.001F);
}

TEST(Softmax, TakesEmptyTensorsButNoScalars) {
  const Tensor nothing = make_tensor<float>({2, 0}, {});
  for (const char* name : {"Softmax", "LogSoftmax", "Hardmax", "LpNormalization"}) {
    EXPECT_EQ(run_node(name, {}, {&nothing}).shape(), Shape({2, 0})) << name;
    const Tensor scalar = Tensor::scalar(1.0F);
    EXPECT_THROW(run_node(name, {}, {&scalar}), Failure) << name;
  }
}

TEST(Softmax, GivesARowItsBitsWhereverItStands) {
  const Tensor one = make_tensor<double>({1, 3}, {0.1, 0.7, -2.3});
  const Tensor two = make_tensor<double>({2, 3}, {5, 6, 7, 0.1, 0.7, -2.3});
  const Doubles alone = list<double>(run_node("Softmax", {}, {&one}));
  const Doubles among = list<double>(run_node("Softmax", {}, {&two}));
  EXPECT_EQ(alone, Doubles(among.begin() + 3, among.end()));
}

TEST(Softmax, TellsWhereRowsAre) {
  const auto rows = [](std::size_t row, const NodeCase& test) {
    return trace_rows("Softmax", test, DataType::float32, {{{3, 3, 3}, RowAxis::at(row)}}, {3, 3, 3});
  };
  EXPECT_EQ(rows(0, {}), RowAxis::at(0));
  EXPECT_EQ(rows(1, {}), RowAxis::at(1));
  EXPECT_TRUE(rows(2, {}).is_mixed());
  EXPECT_EQ(rows(2, along(1)), RowAxis::at(2));
  EXPECT_EQ(rows(0, {.opset = 12}), RowAxis::at(0));
  EXPECT_TRUE(rows(1, {.opset = 12}).is_mixed());
  EXPECT_TRUE(rows(2, {.opset = 12}).is_mixed());
}

TEST(Hardmax, MarksTheFirstOfTheLargest) {
  const Tensor x = make_tensor<float>({2, 3}, {1, 3, 3, 2, 1, 0});
  EXPECT_EQ(list<float>(run_node("Hardmax", {}, {&x})), (std::vector<float>{0, 1, 0, 1, 0, 0}));
  EXPECT_EQ(list<float>(run_node("Hardmax", along(0), {&x})), (std::vector<float>{0, 1, 1, 1, 0, 0}));
}

TEST(LpNormalization, DividesByTheNorm) {
  const Tensor x = make_tensor<double>({2, 2}, {3, -4, 0, 0});
  expect_near(list<double>(run_node("LpNormalization", {}, {&x})), {0.6, -0.8, 0, 0});
  const NodeCase first{.attributes = {{"p", std::int64_t{1}}}};
  expect_near(list<double>(run_node("LpNormalization", first, {&x})), {3.0 / 7, -4.0 / 7, 0, 0});
  expect_near(list<double>(run_node("LpNormalization", along(0), {&x})), {1, -1, 0, 0});
  EXPECT_THROW(run_node("LpNormalization", {.attributes = {{"p", std::int64_t{3}}}}, {&x}), Refusal);
}

TEST(CumSum, GoesEitherWay) {
  const Tensor x = make_tensor<double>({3}, {1, 2, 3});
  const Tensor axis = Tensor::scalar<std::int32_t>(0);
  const auto sum = [&](std::int64_t exclusive, std::int64_t reverse) {
    return list<double>(
        run_node("CumSum", {.attributes = {{"exclusive", exclusive}, {"reverse", reverse}}}, {&x, &axis}));
  };
  EXPECT_EQ(sum(0, 0), (Doubles{1, 3, 6}));
  EXPECT_EQ(sum(1, 0), (Doubles{0, 1, 3}));
  EXPECT_EQ(sum(0, 1), (Doubles{6, 5, 3}));
  EXPECT_EQ(sum(1, 1), (Doubles{5, 3, 0}));
  EXPECT_EQ(list<double>(run_node("CumProd", {.opset = 26}, {&x, &axis})), (Doubles{1, 2, 6}));
}

TEST(CumSum, TakesItsAxisAsANumber) {
  const Tensor x = make_tensor<std::int8_t>({2, 2}, {100, 100, 1, 2});
  const Tensor first = make_tensor<std::int64_t>({1}, {-2});
  const Tensor last = Tensor::scalar<std::int64_t>(1);
  EXPECT_EQ(list<std::int8_t>(run_node("CumSum", {}, {&x, &first})), (std::vector<std::int8_t>{100, 100, 101, 102}));
  EXPECT_EQ(list<std::int8_t>(run_node("CumSum", {}, {&x, &last})), (std::vector<std::int8_t>{100, -56, 1, 3}));
  const Tensor beyond = Tensor::scalar<std::int64_t>(2);
  EXPECT_THROW(run_node("CumSum", {}, {&x, &beyond}), Failure);
  const Tensor two = make_tensor<std::int64_t>({2}, {0, 1});
  EXPECT_THROW(run_node("CumSum", {}, {&x, &two}), Failure);
  EXPECT_THROW(run_node("CumSum", {}, {&x, &x}), Refusal);
}

TEST(CumSum, TellsWhereRowsAre) {
  const Tensor axis = Tensor::scalar<std::int64_t>(1);
  const auto rows = [&](std::size_t row) {
    return trace_rows("CumSum", {}, DataType::float32, {{{3, 3}, RowAxis::at(row)}, {{}}}, {3, 3}, {{1, &axis}});
  };
  EXPECT_EQ(rows(0), RowAxis::at(0));
  EXPECT_TRUE(rows(1).is_mixed());
}

}  // namespace
}  // namespace pelton::operators
