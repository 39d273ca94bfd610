#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "operators/refusal.hpp"
#include "tensor/failure.hpp"
#include "trace_rows.hpp"

namespace pelton::operators {
namespace {

using tensor::BFloat16;
using tensor::Failure;
using tensor::Float16;

NodeCase to(DataType type) { return {.attributes = {{"to", static_cast<std::int64_t>(type)}}}; }

template <class To, class From>
To cast(From value) {
  const Tensor x = Tensor::scalar(value);
  return list<To>(run_node("Cast", to(tensor::kTypeOf<To>), {&x}))[0];
}

template <class From>
std::string text_of(From value) {
  core::TextArena texts;
  const Tensor x = Tensor::scalar(value);
  const std::vector<Tensor> outputs = run_node_outputs("Cast", to(DataType::string), {&x}, texts);
  return std::string(outputs[0].values<std::string_view>()[0]);
}

template <class To>
To number_of(std::string_view text) {
  return cast<To>(text);
}

TEST(Cast, CutsFloatsTowardZero) {
  EXPECT_EQ(cast<std::int32_t>(2.9F), 2);
  EXPECT_EQ(cast<std::int64_t>(-2.9), -2);
  EXPECT_EQ(cast<std::uint8_t>(255.9F), 255);
  EXPECT_EQ(cast<std::uint64_t>(18446744073709549568.0), 18446744073709549568U);
  EXPECT_EQ(cast<std::int64_t>(9223372036854774784.0), 9223372036854774784);
}

TEST(Cast, GivesForFloatsBeyondTheTypeWhatX86Does) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(cast<std::int32_t>(kNan), std::numeric_limits<std::int32_t>::min());
  EXPECT_EQ(cast<std::int32_t>(3e9F), std::numeric_limits<std::int32_t>::min());
  EXPECT_EQ(cast<std::int64_t>(-1e300), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(cast<std::int64_t>(HUGE_VALF), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(cast<std::int8_t>(300.7F), 44);
  EXPECT_EQ(cast<std::uint8_t>(-300.7), 212);
  EXPECT_EQ(cast<std::int8_t>(1e30F), 0);
  EXPECT_EQ(cast<std::uint32_t>(-1.0), 4294967295U);
  EXPECT_EQ(cast<std::uint64_t>(-1.5F), 18446744073709551615U);
  EXPECT_EQ(cast<std::uint64_t>(kNan), 9223372036854775808U);
}

TEST(Cast, KeepsTheLowBitsOfIntegers) {
  EXPECT_EQ(cast<std::int8_t>(std::int16_t{200}), -56);
  EXPECT_EQ(cast<std::uint32_t>(std::int64_t{-1}), 4294967295U);
  EXPECT_EQ(cast<std::int64_t>(std::numeric_limits<std::uint64_t>::max()), -1);
}

TEST(Cast, OfBools) {
  EXPECT_TRUE(cast<bool>(std::numeric_limits<float>::quiet_NaN()));
  EXPECT_FALSE(cast<bool>(-0.0));
  EXPECT_TRUE(cast<bool>(std::int32_t{36}));
  EXPECT_EQ(cast<float>(true), 1.0F);
  EXPECT_EQ(cast<std::int8_t>(false), 0);
}

TEST(Cast, RoundsToHalfFloatsOnce) {
  // Just above halfway between 1 and the next half float: by way of float it would be halfway, and go to even.
  EXPECT_EQ(static_cast<float>(cast<Float16>(1.0 + 0x1p-11 + 0x1p-40)), 1.0F + 0x1p-10F);
  EXPECT_EQ(static_cast<float>(cast<Float16>(-1.0 - 0x1p-11 - 0x1p-40)), -1.0F - 0x1p-10F);
  EXPECT_EQ(static_cast<float>(cast<Float16>(1.0 + 0x1p-11)), 1.0F);
  EXPECT_EQ(static_cast<float>(cast<BFloat16>((std::int64_t{1} << 62) + (std::int64_t{1} << 54) + 1)), 0x1.02p62F);
  EXPECT_EQ(static_cast<float>(cast<Float16>(65520.0)), HUGE_VALF);
  EXPECT_EQ(static_cast<float>(cast<Float16>(1e300)), HUGE_VALF);
  EXPECT_TRUE(std::isnan(static_cast<float>(cast<BFloat16>(std::nan("")))));
  EXPECT_EQ(cast<double>(Float16(0.5F)), 0.5);
  EXPECT_EQ(static_cast<float>(cast<BFloat16>(Float16(1.5F))), 1.5F);
}

TEST(Cast, WritesNumbersAsOnnxRuntimeDoes) {
  EXPECT_EQ(text_of(3.0F), "3");
  EXPECT_EQ(text_of(0.1F), "0.1");
  EXPECT_EQ(text_of(-0.0), "-0");
  EXPECT_EQ(text_of(314.15926), "314.15926");
  EXPECT_EQ(text_of(123456789.0F), "1.2345679e+08");
  EXPECT_EQ(text_of(1e-7), "1e-07");
  EXPECT_EQ(text_of(std::numeric_limits<float>::quiet_NaN()), "NaN");
  EXPECT_EQ(text_of(HUGE_VAL), "INF");
  EXPECT_EQ(text_of(-HUGE_VALF), "-INF");
  EXPECT_EQ(text_of(Float16(0.5F)), "0.5");
  EXPECT_EQ(text_of(std::int8_t{-5}), "-5");
  EXPECT_EQ(text_of(std::numeric_limits<std::uint64_t>::max()), "18446744073709551615");
  EXPECT_EQ(text_of(true), "1");
  EXPECT_EQ(text_of<std::string_view>("as it is"), "as it is");
}

TEST(Cast, ReadsNumbers) {
  EXPECT_EQ(number_of<float>("3.14"), 3.14F);
  EXPECT_EQ(number_of<double>("1E8"), 1e8);
  EXPECT_EQ(number_of<double>(" +1e-5\n"), 1e-5);
  EXPECT_EQ(number_of<double>("-.5"), -0.5);
  EXPECT_EQ(number_of<double>("5."), 5.0);
  EXPECT_EQ(number_of<double>("+INF"), HUGE_VAL);
  EXPECT_EQ(number_of<double>("-inf"), -HUGE_VAL);
  EXPECT_EQ(number_of<float>("Infinity"), HUGE_VALF);
  EXPECT_TRUE(std::isnan(number_of<float>("NaN")));
  EXPECT_EQ(number_of<double>("1e999"), HUGE_VAL);
  EXPECT_EQ(number_of<double>("-1e99999999999999999999"), -HUGE_VAL);
  EXPECT_EQ(number_of<double>("1e-999"), 0.0);
  EXPECT_EQ(number_of<double>("0.0000001e-99999999999999999999"), 0.0);
  EXPECT_EQ(number_of<double>("0e999999"), 0.0);
  EXPECT_EQ(number_of<double>("0.00000000000000000000000000000000000000001e+400"), HUGE_VAL);
  EXPECT_EQ(number_of<double>(std::string(400, '9')), HUGE_VAL);
  EXPECT_EQ(number_of<double>("4.9e-324"), 4.9e-324);
  EXPECT_EQ(static_cast<float>(number_of<Float16>("0.5")), 0.5F);
  EXPECT_EQ(number_of<float>("1e39"), HUGE_VALF);
}

TEST(Cast, ReadsIntegersExactly) {
  EXPECT_EQ(number_of<std::int64_t>("9223372036854775807"), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(number_of<std::uint64_t>("18446744073709551615"), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(number_of<std::int32_t>(" +5 "), 5);
  EXPECT_EQ(number_of<std::int32_t>("-7"), -7);
  EXPECT_EQ(number_of<std::int32_t>("100.5"), 100);
  EXPECT_EQ(number_of<std::int64_t>("1e3"), 1000);
  EXPECT_TRUE(number_of<bool>("True"));
  EXPECT_FALSE(number_of<bool>("FALSE"));
  EXPECT_TRUE(number_of<bool>("2"));
  EXPECT_FALSE(number_of<bool>("0.0"));
}

TEST(Cast, RefusesTextsThatAreNoNumbers) {
  for (const char* text :
       {"", " ", "abc", "1abc", "1e", "0x10", "--1", "+-1", "1_000", "1 2", ".", "e5", "+", "infin"}) {
    EXPECT_THROW(number_of<double>(text), Failure) << text;
    EXPECT_THROW(number_of<std::int32_t>(text), Failure) << text;
    EXPECT_THROW(number_of<bool>(text), Failure) << text;
  }
  EXPECT_THROW(number_of<std::int8_t>("300"), Failure);
  EXPECT_THROW(number_of<std::uint8_t>("-1"), Failure);
  EXPECT_THROW(number_of<std::int64_t>("9223372036854775808"), Failure);
  EXPECT_THROW(number_of<std::int64_t>("inf"), Failure);
  EXPECT_THROW(number_of<std::int64_t>("nan"), Failure);
}

TEST(Cast, TellsTheTextThatIsNoNumber) {
  try {
    number_of<double>("wet\x1b");
    FAIL();
  } catch (const Failure& failure) {
    EXPECT_EQ(std::string(failure.what()), "text \"wet?\" is no number");
  }
}

TEST(Cast, RefusesTypesThatNoTensorHasByName) {
  const Tensor x = Tensor::scalar(1.0F);
  try {
    run_node("Cast", to(static_cast<DataType>(17)), {&x});
    FAIL();
  } catch (const Refusal& refusal) {
    EXPECT_NE(std::string(refusal.what()).find("float8e4m3fn"), std::string::npos);
  }
  EXPECT_THROW(run_node("Cast", {}, {&x}), Refusal);
  EXPECT_THROW(run_node("Cast", to(static_cast<DataType>(-1)), {&x}), Refusal);
  EXPECT_THROW(run_node("Cast", {.attributes = {{"to", std::int64_t{1} << 40}}}, {&x}), Refusal);
}

TEST(Cast, OnceNamedTheTypeInWords) {
  const Tensor x = Tensor::scalar(2.5F);
  const NodeCase old{.opset = 5, .attributes = {{"to", std::string("INT64")}}};
  EXPECT_EQ(run_node("Cast", old, {&x}).values<std::int64_t>()[0], 2);
  const NodeCase strange{.opset = 5, .attributes = {{"to", std::string("COMPLEX64")}}};
  EXPECT_THROW(run_node("Cast", strange, {&x}), Refusal);
}

TEST(CastLike, TakesTheTypeOfItsSecondInput) {
  const Tensor x = make_tensor<float>({2}, {1.5F, -1.5F});
  const Tensor like = make_tensor<std::int16_t>({0}, {});
  EXPECT_EQ(list<std::int16_t>(run_node("CastLike", {}, {&x, &like})), (std::vector<std::int16_t>{1, -1}));
}

}  // namespace
}  // namespace pelton::operators
