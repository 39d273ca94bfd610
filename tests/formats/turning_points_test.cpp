#include "formats/turning_points.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace pelton::formats {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// Splits alone: what they lead to does not matter here.
trees::Forest forest_of(std::vector<trees::Node> nodes) {
  trees::Forest forest;
  forest.features = 3;
  forest.trees.push_back({.nodes = std::move(nodes)});
  return forest;
}

TEST(TurningPoints, AreTheThresholdsOfEachFeature) {
  trees::Forest forest = forest_of({{.threshold = 2, .feature = 0},
                                    {.threshold = -1, .feature = 0},
                                    {.threshold = 2, .feature = 0},
                                    {.threshold = std::numeric_limits<double>::infinity(), .feature = 1},
                                    {.feature = 2, .set = 0, .test = trees::Test::in_set},
                                    {.feature = trees::kNone}});
  forest.sets.push_back({.members = {5}});
  const auto points = turning_points(forest);
  ASSERT_THAT(points, SizeIs(3));
  EXPECT_THAT(points[0], ElementsAre(-1, 2));
  EXPECT_THAT(points[1], IsEmpty());
  EXPECT_THAT(points[2], ElementsAre(5));
}

TEST(TurningPoints, AreFewOfMany) {
  std::vector<trees::Node> nodes;
  for (int i = 0; i < 10'000; ++i) nodes.push_back({.threshold = i / 10'000.0, .feature = 1});
  const auto points = turning_points(forest_of(std::move(nodes)));
  EXPECT_THAT(points[1], SizeIs(32));
  // From all over: the middle of 32 even draws lies well within the middle half.
  EXPECT_GT(points[1][16], 0.25);
  EXPECT_LT(points[1][16], 0.75);
}

TEST(TurningPoints, PassOverWhatIsNoSplitOfTheForest) {
  const auto points = turning_points(
      forest_of({{.threshold = 1, .feature = 9}, {.feature = 0, .set = 4, .test = trees::Test::in_set}}));
  EXPECT_THAT(points, Each(IsEmpty()));
}

}  // namespace
}  // namespace pelton::formats
