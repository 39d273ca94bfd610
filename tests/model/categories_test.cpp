#include "model/categories.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace pelton::model {
namespace {

using testing::ElementsAre;

TEST(Categories, StandForTheirPositions) {
  const auto strict = make_categories({"a", "b", "a"}, false);
  EXPECT_EQ(strict->number("a"), 0);
  EXPECT_EQ(strict->number("b"), 1);
  EXPECT_EQ(strict->number("c"), std::nullopt);
  EXPECT_THAT(strict->names(), ElementsAre("a", "b", "a"));
  EXPECT_FALSE(strict->numbers_are_names());
  EXPECT_TRUE(std::isnan(make_categories({"a"}, true)->number("c").value()));
}

TEST(Categories, StandForNumbersOfTheirOwn) {
  const auto open = make_numbered_categories({{"a", 7}, {"", std::nan("")}}, -1);
  EXPECT_EQ(open->number("a"), 7);
  EXPECT_TRUE(std::isnan(open->number("").value()));
  EXPECT_EQ(open->number("c"), -1);
  EXPECT_THAT(open->names(), ElementsAre("a", ""));
  EXPECT_EQ(make_numbered_categories({}, std::nullopt)->number("a"), std::nullopt);
}

}  // namespace
}  // namespace pelton::model
