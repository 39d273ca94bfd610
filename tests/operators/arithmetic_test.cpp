#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "operators/refusal.hpp"
#include "tensor/failure.hpp"
#include "trace_rows.hpp"

namespace pelton::operators {
namespace {

using tensor::Failure;
using tensor::RowAxis;

constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInf = std::numeric_limits<float>::infinity();

using Longs = std::vector<std::int64_t>;
using Reals = std::vector<float>;

TEST(Arithmetic, SpreadsOperandsOverEachOther) {
  const Tensor column = make_tensor<float>({2, 1}, {1, 2});
  const Tensor row = make_tensor<float>({3}, {10, 20, 30});
  const Tensor y = run_node("Add", {}, {&column, &row});
  EXPECT_EQ(y.shape(), Shape({2, 3}));
  EXPECT_EQ(list<float>(y), (Reals{11, 21, 31, 12, 22, 32}));
  EXPECT_EQ(list<float>(run_node("Sub", {}, {&row, &column})), (Reals{9, 19, 29, 8, 18, 28}));
}

TEST(Arithmetic, SpreadsOverInnerAndOuterDimensions) {
  const Tensor a = make_tensor<std::int64_t>({2, 1, 2}, {1, 2, 3, 4});
  const Tensor b = make_tensor<std::int64_t>({3, 1}, {10, 20, 30});
  const Tensor y = run_node("Mul", {}, {&a, &b});
  EXPECT_EQ(y.shape(), Shape({2, 3, 2}));
  EXPECT_EQ(list<std::int64_t>(y), (Longs{10, 20, 20, 40, 30, 60, 30, 40, 60, 80, 90, 120}));
}

TEST(Arithmetic, TakesScalarsAndEmptyTensors) {
  const Tensor two = Tensor::scalar(2.0);
  EXPECT_EQ(run_node("Mul", {}, {&two, &two}).shape(), Shape());
  const Tensor nothing = make_tensor<double>({0, 3}, {});
  EXPECT_EQ(run_node("Mul", {}, {&nothing, &two}).shape(), Shape({0, 3}));
  const Tensor one_row = make_tensor<double>({1, 3}, {1, 2, 3});
  EXPECT_EQ(run_node("Add", {}, {&one_row, &nothing}).shape(), Shape({0, 3}));
}

TEST(Arithmetic, RefusesShapesThatDoNotFit) {
  const Tensor two = make_tensor<float>({2}, {1, 2});
  const Tensor three = make_tensor<float>({3}, {1, 2, 3});
  EXPECT_THROW(run_node("Add", {}, {&two, &three}), Failure);
  const Tensor wide = Tensor::of<float>({1, 16384}, std::vector<float>(16384));
  const Tensor tall = Tensor::of<float>({16384, 1}, std::vector<float>(16384));
  EXPECT_THROW(run_node("Add", {}, {&wide, &tall}), Failure);  // 2^28 elements
}

TEST(Arithmetic, RefusesMixedTypesAndTexts) {
  const Tensor real = Tensor::scalar(1.0F);
  const Tensor whole = Tensor::scalar<std::int32_t>(1);
  EXPECT_THROW(run_node("Add", {}, {&real, &whole}), Refusal);
  const Tensor text = Tensor::scalar<std::string_view>("1");
  EXPECT_THROW(run_node("Add", {}, {&text, &text}), Refusal);
}

TEST(Arithmetic, WrapsIntegersAround) {
  const Tensor most = Tensor::scalar(kMost);
  const Tensor least = Tensor::scalar(kLeast);
  const Tensor one = Tensor::scalar<std::int64_t>(1);
  const Tensor minus_one = Tensor::scalar<std::int64_t>(-1);
  EXPECT_EQ(list<std::int64_t>(run_node("Add", {}, {&most, &one})), Longs{kLeast});
  EXPECT_EQ(list<std::int64_t>(run_node("Sub", {}, {&least, &one})), Longs{kMost});
  EXPECT_EQ(list<std::int64_t>(run_node("Mul", {}, {&least, &minus_one})), Longs{kLeast});
  EXPECT_EQ(list<std::int64_t>(run_node("Div", {}, {&least, &minus_one})), Longs{kLeast});
  EXPECT_EQ(list<std::int64_t>(run_node("Mod", {}, {&least, &minus_one})), Longs{0});
  const Tensor shorts = make_tensor<std::uint16_t>({1}, {65535});
  EXPECT_EQ(list<std::uint16_t>(run_node("Mul", {}, {&shorts, &shorts})), std::vector<std::uint16_t>{1});
}

TEST(Arithmetic, KeepsIntegersBeyondDoubles) {
  const Tensor a = Tensor::scalar<std::int64_t>((std::int64_t{1} << 53) + 1);
  const Tensor zero = Tensor::scalar<std::int64_t>(0);
  EXPECT_EQ(list<std::int64_t>(run_node("Add", {}, {&a, &zero})), Longs{9007199254740993});
}

TEST(Arithmetic, DividesIntegersTowardZeroAndNotByZero) {
  const Tensor a = make_tensor<std::int32_t>({4}, {7, -7, 7, -7});
  const Tensor b = make_tensor<std::int32_t>({4}, {2, 2, -2, -2});
  EXPECT_EQ(list<std::int32_t>(run_node("Div", {}, {&a, &b})), (std::vector<std::int32_t>{3, -3, -3, 3}));
  const Tensor zero = Tensor::scalar<std::int32_t>(0);
  EXPECT_THROW(run_node("Div", {}, {&a, &zero}), Failure);
  EXPECT_THROW(run_node("Mod", {}, {&a, &zero}), Failure);
  const NodeCase truncating{.attributes = {{"fmod", std::int64_t{1}}}};
  EXPECT_THROW(run_node("Mod", truncating, {&a, &zero}), Failure);
}

TEST(Arithmetic, DividesFloatsAsIeeeHasIt) {
  const Tensor a = make_tensor<float>({3}, {1, -1, 0});
  const Tensor zero = Tensor::scalar(0.0F);
  const Reals y = list<float>(run_node("Div", {}, {&a, &zero}));
  EXPECT_EQ(y[0], kInf);
  EXPECT_EQ(y[1], -kInf);
  EXPECT_TRUE(std::isnan(y[2]));
}

TEST(Arithmetic, RoundsHalfFloatsAfterEveryOperation) {
  const Tensor a = Tensor::scalar(tensor::Float16(2048.0F));
  const Tensor b = Tensor::scalar(tensor::Float16(1.0F));
  EXPECT_EQ(static_cast<float>(run_node("Add", {}, {&a, &b}).values<tensor::Float16>()[0]), 2048.0F);
}

TEST(Modulo, HasTheSignOfTheDivisor) {
  const Tensor a = make_tensor<std::int8_t>({4}, {7, -7, 7, -7});
  const Tensor b = make_tensor<std::int8_t>({4}, {3, 3, -3, -3});
  EXPECT_EQ(list<std::int8_t>(run_node("Mod", {}, {&a, &b})), (std::vector<std::int8_t>{1, 2, -2, -1}));
  const NodeCase truncating{.attributes = {{"fmod", std::int64_t{1}}}};
  EXPECT_EQ(list<std::int8_t>(run_node("Mod", truncating, {&a, &b})), (std::vector<std::int8_t>{1, -1, 1, -1}));
}

TEST(Modulo, OfFloatsFollowsTheLatestSpecification) {
  const NodeCase floors{.opset = 28};
  const Tensor a = make_tensor<float>({8}, {-0.0F, 0.0F, kInf, 5, 5, -5, kNan, 5.5F});
  const Tensor b = make_tensor<float>({8}, {2, -2, 2, kInf, -kInf, kInf, 1, -2});
  const Reals y = list<float>(run_node("Mod", floors, {&a, &b}));
  EXPECT_EQ(y[0], 0.0F);
  EXPECT_FALSE(std::signbit(y[0]));
  EXPECT_TRUE(std::signbit(y[1]));
  EXPECT_TRUE(std::isnan(y[2]));
  EXPECT_EQ(y[3], 5);
  EXPECT_EQ(y[4], -kInf);
  EXPECT_EQ(y[5], kInf);
  EXPECT_TRUE(std::isnan(y[6]));
  EXPECT_EQ(y[7], -0.5F);
  const NodeCase nonsense{.attributes = {{"fmod", std::int64_t{2}}}};
  EXPECT_THROW(run_node("Mod", nonsense, {&a, &b}), Refusal);
}

TEST(OldBroadcast, LaysTheSecondOperandAlongAnAxis) {
  const Tensor a = make_tensor<float>({2, 3}, {1, 2, 3, 4, 5, 6});
  const Tensor b = make_tensor<float>({2}, {10, 20});
  const NodeCase along{.opset = 6, .attributes = {{"broadcast", std::int64_t{1}}, {"axis", std::int64_t{0}}}};
  EXPECT_EQ(list<float>(run_node("Add", along, {&a, &b})), (Reals{11, 12, 13, 24, 25, 26}));
  const NodeCase behind{.opset = 6, .attributes = {{"broadcast", std::int64_t{1}}}};
  EXPECT_THROW(run_node("Add", behind, {&a, &b}), Failure);
  const Tensor c = make_tensor<float>({3}, {1, 2, 3});
  EXPECT_EQ(list<float>(run_node("Add", behind, {&a, &c})), (Reals{2, 4, 6, 5, 7, 9}));
  EXPECT_THROW(run_node("Add", behind, {&c, &a}), Failure);  // one way only
  EXPECT_THROW(run_node("Add", {.opset = 6}, {&a, &c}), Failure);
  EXPECT_EQ(list<float>(run_node("Add", {.opset = 6}, {&c, &c})), (Reals{2, 4, 6}));
  const NodeCase beyond{.opset = 6, .attributes = {{"broadcast", std::int64_t{1}}, {"axis", std::int64_t{5}}}};
  EXPECT_THROW(run_node("Add", beyond, {&a, &b}), Failure);
}

TEST(BroadcastRows, StayInTheirPlaceCountedFromTheEnd) {
  const auto rows = [](std::vector<tensor::Traced> inputs, const Shape& output) {
    return trace_rows("Add", {}, DataType::float32, std::move(inputs), output);
  };
  const RowAxis none = RowAxis::none();
  EXPECT_EQ(rows({{{3, 4}, RowAxis::at(0)}, {{4}, none}}, {3, 4}), RowAxis::at(0));
  EXPECT_EQ(rows({{{3, 4}, RowAxis::at(0)}, {{3, 4}, RowAxis::at(0)}}, {3, 4}), RowAxis::at(0));
  EXPECT_EQ(rows({{{3}, RowAxis::at(0)}, {{4, 1}, none}}, {4, 3}), RowAxis::at(1));
  EXPECT_EQ(rows({{{3, 1}, RowAxis::at(0)}, {{2, 1, 5}, none}}, {2, 3, 5}), RowAxis::at(1));
  EXPECT_TRUE(rows({{{3, 4}, RowAxis::at(0)}, {{3, 1}, none}}, {3, 4}).is_mixed());
  EXPECT_TRUE(rows({{{3, 1}, RowAxis::at(0)}, {{3}, RowAxis::at(0)}}, {3, 3}).is_mixed());
}

TEST(BroadcastRows, OfAnOldOperatorLieAlongItsAxis) {
  const NodeCase along{.opset = 6, .attributes = {{"broadcast", std::int64_t{1}}, {"axis", std::int64_t{0}}}};
  EXPECT_EQ(trace_rows("Add", along, DataType::float32, {{{3, 4}, RowAxis::at(0)}, {{3}, RowAxis::at(0)}}, {3, 4}),
            RowAxis::at(0));
}

TEST(Pow, OfIntegersIsExact) {
  const Tensor base = make_tensor<std::int64_t>({4}, {3, -2, 10, 0});
  const Tensor exponent = make_tensor<std::int32_t>({4}, {39, 63, 18, 0});
  EXPECT_EQ(list<std::int64_t>(run_node("Pow", {}, {&base, &exponent})),
            (Longs{4052555153018976267, kLeast, 1000000000000000000, 1}));
}

TEST(Pow, OfIntegersToNegativePowersGoesTowardZero) {
  const Tensor base = make_tensor<std::int32_t>({4}, {1, -1, -1, 5});
  const Tensor exponent = make_tensor<std::int64_t>({4}, {-7, -3, kLeast, -1});
  EXPECT_EQ(list<std::int32_t>(run_node("Pow", {}, {&base, &exponent})), (std::vector<std::int32_t>{1, -1, 1, 0}));
  const Tensor zero = Tensor::scalar<std::int32_t>(0);
  EXPECT_THROW(run_node("Pow", {}, {&zero, &exponent}), Failure);
}

TEST(Pow, HasTheBasesType) {
  const Tensor whole = make_tensor<std::int32_t>({3}, {1, 2, 3});
  const Tensor real = make_tensor<float>({3}, {4, 5, 0.5F});
  EXPECT_EQ(list<std::int32_t>(run_node("Pow", {}, {&whole, &real})), (std::vector<std::int32_t>{1, 32, 1}));
  const Tensor column = make_tensor<float>({2, 1}, {2, 3});
  EXPECT_EQ(list<float>(run_node("Pow", {}, {&column, &whole})), (Reals{2, 4, 8, 3, 9, 27}));
  const Tensor small = Tensor::scalar<std::uint8_t>(2);
  EXPECT_THROW(run_node("Pow", {}, {&small, &small}), Refusal);
}

TEST(Pow, FollowsIeeeAtItsEdges) {
  const Tensor base = make_tensor<double>({5}, {0, -8, -1, kNan, 2});
  const Tensor exponent = make_tensor<double>({5}, {-1, 1.0 / 3, kInf, 0, 1024});
  const std::vector<double> y = list<double>(run_node("Pow", {}, {&base, &exponent}));
  EXPECT_EQ(y[0], HUGE_VAL);
  EXPECT_TRUE(std::isnan(y[1]));
  EXPECT_EQ(y[2], 1);
  EXPECT_EQ(y[3], 1);
  EXPECT_EQ(y[4], HUGE_VAL);
}

}  // namespace
}  // namespace pelton::operators
