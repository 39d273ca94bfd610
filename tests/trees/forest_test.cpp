#include "trees/forest.hpp"

#include <gmock/gmock.h>

#include <cmath>

namespace pelton::trees {
namespace {

using ::testing::HasSubstr;

Node split(std::uint32_t feature, double threshold, std::uint32_t yes, std::uint32_t no) {
  Node node;
  node.feature = feature;
  node.threshold = threshold;
  node.yes = yes;
  node.no = no;
  return node;
}

Node leaf(std::uint32_t value) {
  Node node;
  node.feature = kNone;
  node.no = value;
  return node;
}

/// x0 < 1 ? 10 : (x1 < 2 ? 20 : 30)
Forest small() {
  Forest forest;
  forest.features = 2;
  forest.base = {0};
  forest.values = {10, 20, 30};
  Tree tree;
  tree.nodes = {split(0, 1, 1, 2), leaf(0), split(1, 2, 3, 4), leaf(1), leaf(2)};
  forest.trees.push_back(tree);
  return forest;
}

std::string fault(const Forest& forest) {
  const auto checked = check(forest);
  return checked ? "none" : checked.error().message();
}

TEST(ForestCheck, TakesATree) {
  EXPECT_EQ(fault(small()), "none");
  EXPECT_EQ(depth(small().trees[0]), 2U);
  EXPECT_EQ(count_leaves(small().trees[0]), 3U);
}

TEST(ForestCheck, NamesTheTreeAndNodeOfAFault) {
  Forest forest = small();
  forest.trees[0].nodes[2].no = 9;
  EXPECT_EQ(fault(forest), "tree 0, node 2: its child 9 is not there");
}

TEST(ForestCheck, FindsCyclesAndSharedAndLostNodes) {
  Forest cycle = small();
  cycle.trees[0].nodes[2].no = 2;
  EXPECT_THAT(fault(cycle), HasSubstr("has another parent"));
  Forest to_root = small();
  to_root.trees[0].nodes[2].no = 0;
  EXPECT_THAT(fault(to_root), HasSubstr("has another parent"));
  Forest lost = small();
  lost.trees[0].nodes.push_back(leaf(0));
  EXPECT_THAT(fault(lost), HasSubstr("the root does not lead to"));
  Forest apart = small();  // two splits that lead to one another, away from the root
  apart.trees[0].nodes.push_back(split(0, 0, 6, 7));
  apart.trees[0].nodes.push_back(split(0, 0, 5, 8));
  apart.trees[0].nodes.push_back(leaf(0));
  apart.trees[0].nodes.push_back(leaf(0));
  EXPECT_THAT(fault(apart), HasSubstr("the root does not lead to"));
}

TEST(ForestCheck, FindsWhatPointsNowhere) {
  Forest feature = small();
  feature.trees[0].nodes[0].feature = 2;
  EXPECT_THAT(fault(feature), HasSubstr("splits on feature 2 of 2"));
  Forest value = small();
  value.trees[0].nodes[1].no = 3;
  EXPECT_THAT(fault(value), HasSubstr("its value is not there"));
  Forest output = small();
  output.trees[0].output = 1;
  EXPECT_THAT(fault(output), HasSubstr("adds to an output that is not there"));
  Forest wide = small();
  wide.trees[0].width = 2;
  EXPECT_THAT(fault(wide), HasSubstr("adds to an output that is not there"));
  Forest set = small();
  set.trees[0].nodes[0].test = trees::Test::in_set;
  EXPECT_THAT(fault(set), HasSubstr("its set of categories is not there"));
  Forest linear = small();
  linear.trees[0].nodes[1].set = 0;
  EXPECT_THAT(fault(linear), HasSubstr("its linear model is not there"));
  Forest base = small();
  base.base.clear();
  EXPECT_THAT(fault(base), HasSubstr("has 0 base values for 1 outputs"));
  Forest empty = small();
  empty.trees[0].nodes.clear();
  EXPECT_THAT(fault(empty), HasSubstr("has no nodes"));
}

TEST(ForestCheck, RefusesNumbersThatAreNone) {
  Forest threshold = small();
  threshold.trees[0].nodes[0].threshold = std::nan("");
  EXPECT_THAT(fault(threshold), HasSubstr("its threshold is NaN"));
  Forest narrow = small();
  narrow.sum_precision = Precision::float32;
  EXPECT_EQ(fault(narrow), "none");
  narrow.values[0] = 0.1;
  EXPECT_THAT(fault(narrow), HasSubstr("no float32"));
  Forest unordered = small();
  unordered.sets = {{CategorySet::Key::exact, {2, 1}}};
  EXPECT_THAT(fault(unordered), HasSubstr("set of categories 0 is not in order"));
  Forest nowhere = small();
  nowhere.trees[0].nodes[0].zero_is_missing = true;
  nowhere.trees[0].nodes[0].missing = Missing::as_zero;
  EXPECT_THAT(fault(nowhere), HasSubstr("missing values go nowhere"));
}

}  // namespace
}  // namespace pelton::trees
