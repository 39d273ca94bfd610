#include <gtest/gtest.h>

#include <limits>

#include "trace_node.hpp"

namespace pelton::operators {
namespace {

using Ints = std::vector<std::int64_t>;
using tensor::Count;
using tensor::RowAxis;

Ints shape_part(std::map<std::string, AttributeValue, std::less<>> bounds) {
  const Tensor x = counting({2, 3, 4});
  return list<std::int64_t>(run_node("Shape", {.attributes = std::move(bounds)}, {&x}));
}

constexpr std::int64_t kLowest = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kHighest = std::numeric_limits<std::int64_t>::max();

TEST(ShapeOperator, GivesDimensionsBetweenBounds) {
  EXPECT_EQ(shape_part({}), (Ints{2, 3, 4}));
  EXPECT_EQ(shape_part({{"start", std::int64_t{1}}}), (Ints{3, 4}));
  EXPECT_EQ(shape_part({{"start", std::int64_t{-1}}}), (Ints{4}));
  EXPECT_EQ(shape_part({{"end", std::int64_t{-1}}}), (Ints{2, 3}));
  EXPECT_EQ(shape_part({{"end", std::int64_t{0}}}), Ints{});
  EXPECT_EQ(shape_part({{"start", std::int64_t{2}}, {"end", std::int64_t{1}}}), Ints{});
  EXPECT_EQ(shape_part({{"start", kLowest}, {"end", kHighest}}), (Ints{2, 3, 4}));
  const Tensor scalar = Tensor::scalar(1.0F);
  EXPECT_EQ(run_node("Shape", {.opset = 1}, {&scalar}).shape(), Shape({0}));
}

TEST(ShapeOperator, CountsRows) {
  const TracedNode whole("Shape", {}, rows_at(1, counting({2, 3, 4})));
  EXPECT_TRUE(whole.trace().rows.is_counted());
  EXPECT_EQ(whole.trace().counts, (std::vector<Count>{{2, false}, {1, true}, {4, false}}));
  const TracedNode tail("Shape", {.attributes = {{"start", std::int64_t{1}}}}, rows_at(0, counting({3, 4})));
  EXPECT_TRUE(tail.trace().rows.is_none());
}

TEST(SizeOperator, CountsElements) {
  const Tensor x = counting({2, 3, 4});
  const Tensor size = run_node("Size", {}, {&x});
  EXPECT_EQ(size.shape(), Shape());
  EXPECT_EQ(list<std::int64_t>(size), Ints{24});
  const TracedNode rows("Size", {}, rows_at(0, counting({3, 4})));
  EXPECT_EQ(rows.trace().counts, (std::vector<Count>{{4, true}}));
}

// What exporters write to flatten: Reshape(x, Concat(Unsqueeze(Gather(Shape(x), 0)), [-1])).
TEST(ShapeOperator, IsFollowedThroughWhatMovesItsElements) {
  const RowedInput shape = counted({{1, true}, {4, false}, {5, false}});
  const auto as_counted = [](const RowedInput& input) {
    return RowedInput{input.value.copy(), input.rows, input.counts};
  };
  const TracedNode gather("Gather", {}, as_counted(shape), same(Tensor::scalar(std::int64_t{0})));
  EXPECT_TRUE(gather.trace().rows.is_counted());
  EXPECT_EQ(gather.trace().counts, (std::vector<Count>{{1, true}}));
  const TracedNode other("Gather", {}, as_counted(shape), same(Tensor::scalar(std::int64_t{1})));
  EXPECT_TRUE(other.trace().rows.is_none());
  const TracedNode slice("Slice", {}, as_counted(shape), same_integers({0}), same_integers({2}));
  EXPECT_EQ(slice.trace().counts, (std::vector<Count>{{1, true}, {4, false}}));
  const TracedNode unsqueeze("Unsqueeze", {}, counted({{1, true}}), same_integers({0}));
  EXPECT_EQ(unsqueeze.trace().counts, (std::vector<Count>{{1, true}}));
  const TracedNode squeeze("Squeeze", {}, counted({{1, true}}));
  EXPECT_EQ(squeeze.trace().counts, (std::vector<Count>{{1, true}}));
  const TracedNode concat("Concat", {.attributes = {{"axis", std::int64_t{0}}}}, counted({{1, true}}),
                          same_integers({-1}));
  EXPECT_EQ(concat.trace().counts, (std::vector<Count>{{1, true}, {-1, false}}));
  const TracedNode identity("Identity", {}, as_counted(shape));
  EXPECT_EQ(identity.trace().counts, shape.counts);
  const TracedNode reshape("Reshape", {}, counted({{1, true}}), same_integers({1, 1}));
  EXPECT_EQ(reshape.trace().counts, (std::vector<Count>{{1, true}}));
}

TEST(ShapeOperator, IsNotFollowedWhereItIsNotMovedButUsed) {
  EXPECT_TRUE(TracedNode("Gather", {}, same(counting({9})), counted({{1, true}})).trace().rows.is_mixed());
  EXPECT_TRUE(TracedNode("NonZero", {}, counted({{1, true}})).trace().rows.is_mixed());
  RowedInput unknown = same_integers({0});
  unknown.is_constant = false;
  EXPECT_TRUE(TracedNode("Gather", {}, counted({{1, true}}), std::move(unknown)).trace().rows.is_mixed());
}

}  // namespace
}  // namespace pelton::operators
