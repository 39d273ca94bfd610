#include <gtest/gtest.h>

#include <limits>

#include "trace_node.hpp"

namespace pelton::operators {
namespace {

using Row = std::vector<float>;
using Ints = std::vector<std::int64_t>;
using tensor::Failure;

constexpr std::int64_t kLowest = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kHighest = std::numeric_limits<std::int64_t>::max();

/// One dimension of 0, 1, 2, 3, 4.
Row sliced(std::int64_t start, std::int64_t end, std::int64_t step) {
  const Tensor x = counting({5});
  const Tensor starts = make_tensor<std::int64_t>({1}, {start});
  const Tensor ends = make_tensor<std::int64_t>({1}, {end});
  const Tensor axes = make_tensor<std::int64_t>({1}, {0});
  const Tensor steps = make_tensor<std::int64_t>({1}, {step});
  return list<float>(run_node("Slice", {}, {&x, &starts, &ends, &axes, &steps}));
}

TEST(Slice, FollowsPythonsRules) {
  EXPECT_EQ(sliced(1, 3, 1), (Row{1, 2}));
  EXPECT_EQ(sliced(0, kHighest, 2), (Row{0, 2, 4}));
  EXPECT_EQ(sliced(-2, kHighest, 1), (Row{3, 4}));
  EXPECT_EQ(sliced(kLowest, -3, 1), (Row{0, 1}));
  EXPECT_EQ(sliced(3, 1, 1), Row{});
  EXPECT_EQ(sliced(9, 12, 1), Row{});
  EXPECT_EQ(sliced(4, 0, -2), (Row{4, 2}));
  EXPECT_EQ(sliced(kHighest, kLowest, -1), (Row{4, 3, 2, 1, 0}));
  EXPECT_EQ(sliced(-1, -6, -1), (Row{4, 3, 2, 1, 0}));
  EXPECT_EQ(sliced(-1, -1, -1), Row{});
  EXPECT_EQ(sliced(-9, kLowest, -1), Row{});
  EXPECT_EQ(sliced(0, kHighest, kHighest), Row{0});
  EXPECT_EQ(sliced(-1, kLowest, kLowest), Row{4});
  EXPECT_THROW(sliced(0, 1, 0), Failure);
}

TEST(Slice, OfSomeDimensions) {
  const Tensor x = counting({2, 3, 4});
  const Tensor starts = make_tensor<std::int32_t>({2}, {1, -1});
  const Tensor ends = make_tensor<std::int32_t>({2}, {3, -4});
  const Tensor axes = make_tensor<std::int32_t>({2}, {-2, 2});
  const Tensor steps = make_tensor<std::int32_t>({2}, {1, -2});
  const Tensor y = run_node("Slice", {.opset = 10}, {&x, &starts, &ends, &axes, &steps});
  EXPECT_EQ(y.shape(), Shape({2, 2, 2}));
  EXPECT_EQ(list<float>(y), (Row{7, 5, 11, 9, 19, 17, 23, 21}));
}

TEST(Slice, TookItsBoundsFromAttributes) {
  const Tensor x = counting({2, 3});
  const Tensor y = run_node("Slice", {.opset = 1, .attributes = {{"starts", Ints{0, 1}}, {"ends", Ints{1, 99}}}}, {&x});
  EXPECT_EQ(y.shape(), Shape({1, 2}));
  EXPECT_EQ(list<float>(y), (Row{1, 2}));
  const NodeCase by_axis{.opset = 9, .attributes = {{"starts", Ints{-1}}, {"ends", Ints{99}}, {"axes", Ints{1}}}};
  EXPECT_EQ(list<float>(run_node("Slice", by_axis, {&x})), (Row{2, 5}));
  EXPECT_THROW(run_node("Slice", {.opset = 9}, {&x}), Refusal);
}

TEST(Slice, FailsWhereListsDoNotFit) {
  const Tensor x = counting({2, 3});
  const Tensor one = make_tensor<std::int64_t>({1}, {0});
  const Tensor two = make_tensor<std::int64_t>({2}, {0, 0});
  const Tensor beyond = make_tensor<std::int64_t>({1}, {2});
  const Tensor three = make_tensor<std::int64_t>({3}, {0, 0, 0});
  EXPECT_THROW(run_node("Slice", {}, {&x, &one, &two}), Failure);
  EXPECT_THROW(run_node("Slice", {}, {&x, &two, &two, &two}), Failure);     // one axis twice
  EXPECT_THROW(run_node("Slice", {}, {&x, &one, &one, &beyond}), Failure);  // an axis that is not there
  EXPECT_THROW(run_node("Slice", {}, {&x, &three, &three}), Failure);
  EXPECT_THROW(run_node("Slice", {}, {&x, &x, &x}), Refusal);
}

TEST(Slice, OfTextsAndNothing) {
  const Tensor x = make_tensor<std::string_view>({3}, {"a", "b", "c"});
  const Tensor starts = make_tensor<std::int64_t>({1}, {2});
  const Tensor ends = make_tensor<std::int64_t>({1}, {-4});
  const Tensor axes = make_tensor<std::int64_t>({1}, {0});
  const Tensor steps = make_tensor<std::int64_t>({1}, {-1});
  EXPECT_EQ(run_texts("Slice", {}, {&x, &starts, &ends, &axes, &steps}), (std::vector<std::string>{"c", "b", "a"}));
  const Tensor none = counting({0});
  EXPECT_EQ(run_node("Slice", {}, {&none, &starts, &ends, &axes, &steps}).shape(), Shape({0}));
}

TEST(Slice, KeepsRowsApart) {
  const auto node = [](std::int64_t start, std::int64_t end, std::int64_t axis) {
    return TracedNode("Slice", {}, rows_at(0, counting({3, 4})), same_integers({start}), same_integers({end}),
                      same_integers({axis}));
  };
  node(1, 3, 1).expect_rows_at(0);
  node(0, kHighest, 0).expect_rows_at(0);  // all rows
  EXPECT_TRUE(node(0, 3, 0).trace().rows.is_mixed());
  EXPECT_TRUE(node(-1, kHighest, 0).trace().rows.is_mixed());
  EXPECT_TRUE(node(0, -1, 0).trace().rows.is_mixed());
}

}  // namespace
}  // namespace pelton::operators
