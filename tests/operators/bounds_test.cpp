#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "operators/refusal.hpp"
#include "tensor/failure.hpp"
#include "trace_rows.hpp"

/// Clip, Shrink, Dropout; Sum, Max, Min and Mean.
namespace pelton::operators {
namespace {

using tensor::Failure;
using tensor::RowAxis;

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
using Reals = std::vector<float>;

TEST(Clip, TakesItsBoundsAsInputs) {
  const Tensor x = make_tensor<float>({4}, {-3, 0.5F, 3, kNan});
  const Tensor low = Tensor::scalar(-1.0F);
  const Tensor high = Tensor::scalar(1.0F);
  const Reals y = list<float>(run_node("Clip", {}, {&x, &low, &high}));
  EXPECT_EQ((Reals{y[0], y[1], y[2]}), (Reals{-1, 0.5F, 1}));
  EXPECT_TRUE(std::isnan(y[3]));
  EXPECT_EQ(list<float>(run_node("Clip", {}, {&x, nullptr, &low}))[2], -1);
  EXPECT_EQ(list<float>(run_node("Clip", {}, {&x, &high, &low}))[1], -1) << "the upper bound wins";
}

TEST(Clip, HasTheTypesOwnBounds) {
  const Tensor x = make_tensor<float>({2}, {kInf, -kInf});
  const float largest = std::numeric_limits<float>::max();
  EXPECT_EQ(list<float>(run_node("Clip", {}, {&x})), (Reals{largest, -largest}));
  const Tensor half = Tensor::scalar(tensor::Float16(HUGE_VALF));
  EXPECT_EQ(static_cast<float>(run_node("Clip", {}, {&half}).values<tensor::Float16>()[0]), 65504.0F);
  const Tensor whole = make_tensor<std::int64_t>({1}, {std::numeric_limits<std::int64_t>::min()});
  EXPECT_EQ(list<std::int64_t>(run_node("Clip", {}, {&whole}))[0], std::numeric_limits<std::int64_t>::min());
}

TEST(Clip, OnceTookItsBoundsAsAttributes) {
  const Tensor x = make_tensor<double>({3}, {-3, 0.5, 3});
  const NodeCase old{.opset = 6, .attributes = {{"min", -1.0}}};
  EXPECT_EQ(list<double>(run_node("Clip", old, {&x})), (std::vector<double>{-1, 0.5, 3}));
}

TEST(Clip, RefusesBoundsThatAreNotOneNumberOfItsType) {
  const Tensor x = Tensor::scalar(1.0F);
  const Tensor two = make_tensor<float>({2}, {1, 2});
  const Tensor whole = Tensor::scalar<std::int32_t>(1);
  EXPECT_THROW(run_node("Clip", {}, {&x, &two}), Failure);
  EXPECT_THROW(run_node("Clip", {}, {&x, &whole}), Refusal);
}

TEST(Clip, KeepsRowsWhereItsBoundsAreForAll) {
  const RowAxis rows = RowAxis::at(0);
  EXPECT_EQ(trace_rows("Clip", {}, DataType::float32, {{{3, 2}, rows}, {{}}}, {3, 2}), rows);
  EXPECT_TRUE(trace_rows("Clip", {}, DataType::float32, {{{3, 2}}, {{3}, rows}}, {3, 2}).is_mixed());
}

TEST(Shrink, BringsNumbersNearerToZero) {
  const NodeCase test{.attributes = {{"lambd", 1.5}, {"bias", 1.5}}};
  const Tensor x = make_tensor<float>({6}, {-2, -1.5F, 0, 1, 2, kNan});
  const Reals y = list<float>(run_node("Shrink", test, {&x}));
  EXPECT_EQ((Reals{y.begin(), y.begin() + 5}), (Reals{-0.5F, 0, 0, 0, 0.5F}));
  const Tensor whole = make_tensor<std::int64_t>({3}, {-2, 1, std::numeric_limits<std::int64_t>::max()});
  EXPECT_EQ(list<std::int64_t>(run_node("Shrink", {}, {&whole})),
            (std::vector<std::int64_t>{-2, 1, std::numeric_limits<std::int64_t>::max()}));
  const Tensor small = make_tensor<std::uint8_t>({2}, {1, 9});
  EXPECT_EQ(list<std::uint8_t>(run_node("Shrink", test, {&small})), (std::vector<std::uint8_t>{0, 7}));
}

TEST(Dropout, DropsNothing) {
  const Tensor x = make_tensor<float>({2}, {1, 2});
  const Tensor ratio = Tensor::scalar(0.9F);
  core::TextArena texts;
  const auto y = run_node_outputs("Dropout", {.outputs = 2}, {&x, &ratio}, texts);
  EXPECT_EQ(list<float>(y[0]), (Reals{1, 2}));
  EXPECT_EQ(list<bool>(y[1]), (std::vector<bool>{true, true}));
  const NodeCase old{.opset = 7, .attributes = {{"ratio", 0.5}}, .outputs = 2};
  EXPECT_EQ(list<float>(run_node_outputs("Dropout", old, {&x}, texts)[1]), (Reals{1, 1}));
}

TEST(Dropout, IsRefusedWhereItTrains) {
  const Tensor x = make_tensor<float>({2}, {1, 2});
  const Tensor on = Tensor::scalar(true);
  const Tensor off = Tensor::scalar(false);
  EXPECT_EQ(list<float>(run_node("Dropout", {}, {&x, nullptr, &off})), (Reals{1, 2}));
  EXPECT_THROW(run_node("Dropout", {.constants = true}, {&x, nullptr, &on}), Refusal);
  EXPECT_THROW(run_node("Dropout", {}, {&x, nullptr, &on}), Failure);
  const Tensor none = Tensor::scalar(0.0F);
  EXPECT_EQ(list<float>(run_node("Dropout", {.constants = true}, {&x, &none, &on})), (Reals{1, 2}));
  EXPECT_THROW(run_node("Dropout", {.opset = 6}, {&x}), Refusal);
  const NodeCase testing{.opset = 6, .attributes = {{"is_test", std::int64_t{1}}}};
  EXPECT_EQ(list<float>(run_node("Dropout", testing, {&x})), (Reals{1, 2}));
}

TEST(Variadic, TakesAnyNumberOfTensors) {
  const Tensor a = make_tensor<float>({2, 1}, {1, 2});
  const Tensor b = make_tensor<float>({2}, {10, 20});
  const Tensor c = Tensor::scalar(6.0F);
  EXPECT_EQ(list<float>(run_node("Sum", {}, {&a, &b, &c})), (Reals{17, 27, 18, 28}));
  EXPECT_EQ(list<float>(run_node("Mean", {}, {&a, &b, &c, &c})), (Reals{5.75F, 8.25F, 6, 8.5F}));
  EXPECT_EQ(list<float>(run_node("Max", {}, {&a, &b, &c})), (Reals{10, 20, 10, 20}));
  EXPECT_EQ(list<float>(run_node("Min", {}, {&a, &b, &c})), (Reals{1, 1, 2, 2}));
  EXPECT_EQ(list<float>(run_node("Sum", {}, {&a})), (Reals{1, 2}));
  EXPECT_THROW(run_node("Sum", {}, {}), Refusal);
}

TEST(Variadic, ExtremesKeepNanAndIntegers) {
  const Tensor a = make_tensor<float>({3}, {kNan, 1, -kInf});
  const Tensor b = make_tensor<float>({3}, {1, kNan, 0});
  for (const char* name : {"Max", "Min"}) {
    const Reals y = list<float>(run_node(name, {}, {&a, &b}));
    EXPECT_TRUE(std::isnan(y[0]) && std::isnan(y[1])) << name;
  }
  const Tensor c = make_tensor<std::int64_t>({1}, {std::numeric_limits<std::int64_t>::max()});
  const Tensor d = make_tensor<std::int64_t>({1}, {std::numeric_limits<std::int64_t>::max() - 1});
  EXPECT_EQ(run_node("Min", {}, {&c, &d}).values<std::int64_t>()[0], std::numeric_limits<std::int64_t>::max() - 1);
  EXPECT_THROW(run_node("Max", {}, {&a, &c}), Refusal);
}

}  // namespace
}  // namespace pelton::operators
