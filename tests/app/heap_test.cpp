#include "app/heap.hpp"

#include <gtest/gtest.h>

namespace pelton::app {
namespace {

constexpr std::size_t kMiB = 1 << 20;

TEST(GapPolicy, GivesBackWhatLiesFreeForTwoLooks) {
  GapPolicy policy;
  EXPECT_FALSE(policy.look(60 * kMiB, 20 * kMiB)) << "it may be taken again at once";
  EXPECT_TRUE(policy.look(60 * kMiB, 20 * kMiB));
  policy.given_back(22 * kMiB, 20 * kMiB);
  EXPECT_FALSE(policy.look(60 * kMiB, 55 * kMiB));
  EXPECT_FALSE(policy.look(60 * kMiB, 20 * kMiB));
  EXPECT_FALSE(policy.look(60 * kMiB, 50 * kMiB)) << "used again";
  EXPECT_FALSE(policy.look(60 * kMiB, 20 * kMiB));
  EXPECT_TRUE(policy.look(60 * kMiB, 20 * kMiB));
}

TEST(GapPolicy, LeavesWhatIsNotWorthIt) {
  GapPolicy policy;
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(policy.look(36 * kMiB, 20 * kMiB));
    EXPECT_FALSE(policy.look(1200 * kMiB, 1000 * kMiB)) << "less than a quarter of what is in use";
    EXPECT_FALSE(policy.look(10 * kMiB, 20 * kMiB)) << "not all that is in use has been touched";
    EXPECT_FALSE(policy.look(0, 20 * kMiB)) << "not told";
  }
}

TEST(GapPolicy, DoesNotAskAgainForWhatCannotBeGivenBack) {
  GapPolicy policy;
  policy.look(100 * kMiB, 0);
  EXPECT_TRUE(policy.look(100 * kMiB, 0)) << "another allocator, which tells nothing";
  policy.given_back(100 * kMiB, 0);
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(policy.look(110 * kMiB, 0));
  policy.look(120 * kMiB, 0);
  EXPECT_TRUE(policy.look(120 * kMiB, 0)) << "more than then";
  policy.given_back(120 * kMiB, 0);
  EXPECT_FALSE(policy.look(10 * kMiB, 0));
  policy.look(40 * kMiB, 0);
  EXPECT_TRUE(policy.look(40 * kMiB, 0)) << "what was stuck has gone meanwhile";
}

}  // namespace
}  // namespace pelton::app
