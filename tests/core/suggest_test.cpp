#include "core/suggest.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pelton::core {
namespace {

TEST(EditDistance, CountsInsertionsDeletionsReplacementsAndSwaps) {
  EXPECT_EQ(edit_distance("", "", 5), 0U);
  EXPECT_EQ(edit_distance("port", "prot", 5), 1U);
  EXPECT_EQ(edit_distance("port", "ports", 5), 1U);
  EXPECT_EQ(edit_distance("port", "ort", 5), 1U);
  EXPECT_EQ(edit_distance("port", "pork", 5), 1U);
  EXPECT_EQ(edit_distance("kitten", "sitting", 5), 3U);
  EXPECT_EQ(edit_distance("kitten", "sitting", 2), 3U) << "beyond the limit is limit + 1";
}

TEST(EditDistance, NamesTooLongToCompareAreDifferent) {
  EXPECT_EQ(edit_distance(std::string(65, 'a'), std::string(65, 'a'), 3), 4U);
  EXPECT_EQ(edit_distance(std::string(64, 'a'), std::string(64, 'a'), 3), 0U);
}

TEST(DidYouMean, OffersTheNearestNameOrNothing) {
  const std::vector<std::string> names{"age", "income", "years_employed"};
  EXPECT_EQ(did_you_mean("incme", names), "; did you mean \"income\"?");
  EXPECT_EQ(did_you_mean("years_employd", names), "; did you mean \"years_employed\"?");
  EXPECT_EQ(did_you_mean("colour", names), "");
  EXPECT_EQ(did_you_mean("x", {}), "");
}

}  // namespace
}  // namespace pelton::core
