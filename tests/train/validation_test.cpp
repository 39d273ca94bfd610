#include "train/validation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace pelton::train {
namespace {

using testing::ElementsAre;

std::optional<double> r2(std::vector<double> truth, std::vector<double> predicted, std::size_t columns = 1) {
  return r2_score({truth.data(), truth.size() / columns, columns},
                  {predicted.data(), predicted.size() / columns, columns});
}

TEST(R2Score, IsScikitLearns) {
  // The examples of sklearn.metrics.r2_score's documentation.
  EXPECT_DOUBLE_EQ(*r2({3, -0.5, 2, 7}, {2.5, 0.0, 2, 8}), 0.9486081370449679);
  EXPECT_DOUBLE_EQ(*r2({1, 2, 3}, {1, 2, 3}), 1);
  EXPECT_DOUBLE_EQ(*r2({1, 2, 3}, {2, 2, 2}), 0);
  EXPECT_DOUBLE_EQ(*r2({1, 2, 3}, {3, 2, 1}), -3);
  EXPECT_DOUBLE_EQ(*r2({-2, -2, -2}, {-2, -2, -2}), 1);
  EXPECT_DOUBLE_EQ(*r2({-2, -2, -2}, {-2, -2, -2 + 1e-8}), 0);
  EXPECT_DOUBLE_EQ(*r2({0.5, 1, -1, 1, 7, -6}, {0, 2, -1, 2, 8, -5}, 2), (0.9654377880184332 + 0.9081632653061225) / 2);
}

TEST(R2Score, SaysNothingOfOneRow) { EXPECT_FALSE(r2({1}, {1})); }

TEST(HoldOut, CutsOffTheShareRoundedUp) {
  const auto split = hold_out(10, 0.25, 7);
  ASSERT_TRUE(split);
  EXPECT_EQ(split->test.size(), 3U);
  std::vector<std::size_t> all = split->train;
  all.insert(all.end(), split->test.begin(), split->test.end());
  std::sort(all.begin(), all.end());
  EXPECT_THAT(all, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9));
}

TEST(HoldOut, IsDecidedByTheSeed) {
  EXPECT_EQ(hold_out(100, 0.2, 1)->test, hold_out(100, 0.2, 1)->test);
  EXPECT_NE(hold_out(100, 0.2, 1)->test, hold_out(100, 0.2, 2)->test);
  EXPECT_THAT(hold_out(6, 0.5, 0)->test, ElementsAre(4, 2, 5));  // the same on every machine
}

TEST(HoldOut, RefusesEmptySides) {
  EXPECT_FALSE(hold_out(10, 0, 1));
  EXPECT_FALSE(hold_out(10, 1, 1));
  EXPECT_FALSE(hold_out(1, 0.5, 1));
  EXPECT_FALSE(hold_out(0, 0.5, 1));
}

TEST(KFold, TestsEveryRowOnce) {
  const auto folds = k_fold(11, 3, 5);
  ASSERT_TRUE(folds);
  std::vector<std::size_t> tested;
  for (const Split& fold : *folds) {
    EXPECT_EQ(fold.train.size() + fold.test.size(), 11U);
    for (const std::size_t row : fold.test) EXPECT_EQ(std::count(fold.train.begin(), fold.train.end(), row), 0);
    tested.insert(tested.end(), fold.test.begin(), fold.test.end());
  }
  EXPECT_THAT((*folds)[0].test, testing::SizeIs(4));
  EXPECT_THAT((*folds)[2].test, testing::SizeIs(3));
  std::sort(tested.begin(), tested.end());
  EXPECT_THAT(tested, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
}

TEST(KFold, RefusesTooFewAndTooMany) {
  EXPECT_FALSE(k_fold(10, 1, 0));
  EXPECT_FALSE(k_fold(10, 11, 0));
  EXPECT_TRUE(k_fold(10, 10, 0));
}

TEST(TakeRows, CopiesThemInOrder) {
  const double values[] = {1, 2, 3, 4, 5, 6};
  const std::size_t rows[] = {2, 0};
  EXPECT_THAT(take_rows({values, 3, 2}, rows), ElementsAre(5, 6, 1, 2));
}

}  // namespace
}  // namespace pelton::train
