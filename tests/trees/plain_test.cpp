#include "trees/plain.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace pelton::trees {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
const double kNan = std::nan("");

Node test_node(trees::Test test, double threshold) {
  Node node;
  node.test = test;
  node.threshold = threshold;
  return node;
}

TEST(PlainEvaluation, AsksEachTest) {
  const Forest forest;
  EXPECT_TRUE(goes_yes(forest, test_node(trees::Test::less, 1), 0.5));
  EXPECT_FALSE(goes_yes(forest, test_node(trees::Test::less, 1), 1));
  EXPECT_TRUE(goes_yes(forest, test_node(trees::Test::less_equal, 1), 1));
  EXPECT_FALSE(goes_yes(forest, test_node(trees::Test::less_equal, 1), std::nextafter(1, 2)));
  EXPECT_TRUE(goes_yes(forest, test_node(trees::Test::equal, 1), 1));
  EXPECT_FALSE(goes_yes(forest, test_node(trees::Test::less, 0.0), -0.0));
  EXPECT_TRUE(goes_yes(forest, test_node(trees::Test::less_equal, kInfinity), kInfinity));
}

TEST(PlainEvaluation, SendsMissingValuesWhereTheSplitSays) {
  const Forest forest;
  Node node = test_node(trees::Test::less, 1);
  node.missing = Missing::to_yes;
  EXPECT_TRUE(goes_yes(forest, node, kNan));
  node.missing = Missing::to_no;
  EXPECT_FALSE(goes_yes(forest, node, kNan));
  node.missing = Missing::as_zero;
  EXPECT_TRUE(goes_yes(forest, node, kNan));
  node.threshold = -1;
  EXPECT_FALSE(goes_yes(forest, node, kNan));
  node = test_node(trees::Test::less, 1);
  node.zero_is_missing = true;
  EXPECT_FALSE(goes_yes(forest, node, 0));
  EXPECT_TRUE(goes_yes(forest, node, -0.5));
}

TEST(PlainEvaluation, RoundsAndFlushesWhatItReads) {
  Forest forest;
  EXPECT_EQ(read_value(forest, 0.1), 0.1);
  forest.input = Precision::float32;
  EXPECT_EQ(read_value(forest, 0.1), static_cast<double>(0.1F));
  forest.input = Precision::float64;
  forest.zero_threshold = 1e-35;
  EXPECT_EQ(read_value(forest, -1e-35), 0.0);
  EXPECT_EQ(read_value(forest, 2e-35), 2e-35);
  EXPECT_TRUE(std::isnan(read_value(forest, kNan)));
}

TEST(PlainEvaluation, TellsMembersByTheSetsKey) {
  CategorySet set{CategorySet::Key::exact, {0, 2, 2.5}};
  EXPECT_TRUE(is_member(set, 2.5));
  EXPECT_FALSE(is_member(set, 0.5));
  set = {CategorySet::Key::whole, {0, 2}};
  EXPECT_TRUE(is_member(set, -0.5));
  EXPECT_TRUE(is_member(set, 2.9));
  EXPECT_FALSE(is_member(set, 1e300));
  set.key = CategorySet::Key::whole_nonnegative;
  EXPECT_FALSE(is_member(set, -0.5));
  EXPECT_TRUE(is_member(set, 0.5));
}

TEST(PlainEvaluation, LinearLeavesFallBackOnMissingValues) {
  Forest forest;
  forest.features = 2;
  forest.values = {7};
  forest.linear = {{1, {0, 1}, {10, 100}}};
  Node leaf;
  leaf.feature = kNone;
  leaf.set = 0;
  const double row[] = {2, 3};
  EXPECT_EQ(leaf_value(forest, leaf, 0, row), 1 + 20 + 300);
  const double missing[] = {2, kNan};
  EXPECT_EQ(leaf_value(forest, leaf, 0, missing), 7);
}

/// Trees of one leaf each, so that only the sum is tested.
Forest of_values(std::vector<double> values) {
  Forest forest;
  forest.features = 1;
  forest.base = {100};
  forest.values = std::move(values);
  for (std::uint32_t v = 0; v < forest.values.size(); ++v) {
    Tree tree;
    tree.nodes.emplace_back();
    tree.nodes[0].feature = kNone;
    tree.nodes[0].no = v;
    forest.trees.push_back(tree);
  }
  return forest;
}

double margin(const Forest& forest) {
  const double row[] = {0};
  double out = -1;
  plain_margins(forest, row, &out);
  return out;
}

TEST(PlainEvaluation, SumsInTreeOrderFromTheBase) {
  // In float32, 2^24 + 1 is 2^24: the order of the sum shows.
  Forest forest = of_values({0x1p24, 1, 1});
  forest.sum_precision = Precision::float32;
  forest.base = {0};
  EXPECT_EQ(margin(forest), 0x1p24);
  forest.base = {1};
  EXPECT_EQ(margin(forest), 0x1p24);
  Forest last = of_values({1, 1, 0x1p24});
  last.sum_precision = Precision::float32;
  last.base = {0};
  EXPECT_EQ(margin(last), 0x1p24 + 2);
}

TEST(PlainEvaluation, FinishesBySpecification) {
  Forest forest = of_values({1, 2, 3});
  EXPECT_EQ(margin(forest), 106);
  forest.base_first = false;
  forest.divisor = 3;
  forest.scale = 10;
  EXPECT_EQ(margin(forest), 120);
  forest.base_first = true;
  EXPECT_EQ(margin(forest), 106.0 / 3 * 10);
}

TEST(PlainEvaluation, MinAndMaxPassOverTreesThatSayNothing) {
  Forest forest = of_values({5, kNan, 2});
  forest.aggregate = Aggregate::min;
  EXPECT_EQ(margin(forest), 102);
  forest.aggregate = Aggregate::max;
  EXPECT_EQ(margin(forest), 105);
  Forest silent = of_values({kNan});
  silent.aggregate = Aggregate::max;
  EXPECT_EQ(margin(silent), 100);
}

}  // namespace
}  // namespace pelton::trees
