#include <gtest/gtest.h>

#include <cmath>

#include "trace_node.hpp"

namespace pelton::operators {
namespace {

using tensor::Failure;

template <class T>
std::vector<T> range(T start, T limit, T delta, const NodeCase& test = {}) {
  const Tensor a = Tensor::scalar(start);
  const Tensor b = Tensor::scalar(limit);
  const Tensor c = Tensor::scalar(delta);
  return list<T>(run_node("Range", test, {&a, &b, &c}));
}

TEST(Range, CountsUpAndDown) {
  EXPECT_EQ(range<std::int64_t>(3, 9, 3), (std::vector<std::int64_t>{3, 6}));
  EXPECT_EQ(range<std::int32_t>(10, 4, -2), (std::vector<std::int32_t>{10, 8, 6}));
  EXPECT_EQ(range<std::int16_t>(1, 1, 1), std::vector<std::int16_t>{});
  EXPECT_EQ(range<std::int64_t>(5, 1, 1), std::vector<std::int64_t>{});
  EXPECT_EQ(range<double>(1, 2.1, 0.5), (std::vector<double>{1, 1.5, 2}));
  EXPECT_EQ(range<float>(0, 0.35F, 0.1F), (std::vector<float>{0, 0.1F, 2 * 0.1F, 3 * 0.1F}));
}

TEST(Range, OfTheLargestNumbers) {
  EXPECT_EQ(range<std::int64_t>(INT64_MIN, INT64_MAX, INT64_MAX),
            (std::vector<std::int64_t>{INT64_MIN, -1, INT64_MAX - 1}));
  EXPECT_EQ(range<std::int64_t>(INT64_MAX, INT64_MIN, INT64_MIN), (std::vector<std::int64_t>{INT64_MAX, -1}));
  EXPECT_THROW(range<std::int64_t>(INT64_MIN, INT64_MAX, 1), Failure);
  EXPECT_THROW(range<double>(0, HUGE_VAL, 1), Failure);
}

TEST(Range, FailsWhereItHasNoEnd) {
  EXPECT_THROW(range<std::int64_t>(0, 1, 0), Failure);
  EXPECT_THROW(range<float>(0, 1, 0), Failure);
  EXPECT_THROW(range<float>(0, NAN, 1), Failure);
  const Tensor two = counting({2});
  EXPECT_THROW(run_node("Range", {}, {&two, &two, &two}), Failure);
  const Tensor integer = Tensor::scalar(std::int64_t{1});
  EXPECT_THROW(run_node("Range", {}, {&two, &integer, &two}), Refusal);
  EXPECT_THROW(range<std::uint8_t>(0, 1, 1), Refusal);
}

TEST(Range, OfHalfFloats) {
  const auto half = [](float value) { return tensor::Float16(value); };
  const std::vector<tensor::Float16> counted = range(half(2048), half(2052), half(1));
  ASSERT_EQ(counted.size(), 4U);
  EXPECT_EQ(static_cast<float>(counted[2]), 2050.0F);
  const NodeCase in_double{.opset = 27, .attributes = {{"stash_type", std::int64_t{11}}}};
  EXPECT_EQ(range(half(0), half(2), half(1), in_double).size(), 2U);
  EXPECT_THROW(range(half(0), half(2), half(1), {.opset = 27, .attributes = {{"stash_type", std::int64_t{10}}}}),
               Refusal);
}

TEST(EyeLike, HasOnesOnADiagonal) {
  const Tensor x = counting<std::int32_t>({2, 3});
  EXPECT_EQ(list<std::int32_t>(run_node("EyeLike", {}, {&x})), (std::vector<std::int32_t>{1, 0, 0, 0, 1, 0}));
  const auto diagonal = [&](std::int64_t k) {
    return list<double>(run_node("EyeLike", {.attributes = {{"k", k}, {"dtype", std::int64_t{11}}}}, {&x}));
  };
  EXPECT_EQ(diagonal(1), (std::vector<double>{0, 1, 0, 0, 0, 1}));
  EXPECT_EQ(diagonal(-1), (std::vector<double>{0, 0, 0, 1, 0, 0}));
  EXPECT_EQ(diagonal(INT64_MAX), std::vector<double>(6));
  EXPECT_EQ(diagonal(INT64_MIN), std::vector<double>(6));
  const Tensor flat = counting({2});
  EXPECT_THROW(run_node("EyeLike", {}, {&flat}), Failure);
  EXPECT_THROW(run_node("EyeLike", {.attributes = {{"dtype", std::int64_t{8}}}}, {&x}), Refusal);
  EXPECT_THROW(run_node("EyeLike", {.attributes = {{"dtype", std::int64_t{77}}}}, {&x}), Refusal);
}

}  // namespace
}  // namespace pelton::operators
