#include "formats/iterations.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pelton::formats {
namespace {

using ::testing::HasSubstr;

TEST(Iterations, AreReadAsPeopleWriteThem) {
  for (const char* const text : {"3:10", "3:", ":10", "best"}) {
    const auto read = parse_iterations(text);
    ASSERT_TRUE(read) << text;
    EXPECT_EQ(to_string(*read), text);
    EXPECT_FALSE(read->all());
  }
  const auto read = parse_iterations("3:10");
  EXPECT_EQ(read->first, 3U);
  EXPECT_EQ(read->last, 10U);
  EXPECT_TRUE(parse_iterations("best")->best);
  EXPECT_TRUE(parse_iterations("0:")->all());
  EXPECT_EQ(to_string({}), ":");
}

TEST(Iterations, AreRefusedWhereTheyAreNone) {
  for (const char* const text :
       {"", ":", "5", "a:b", "-1:2", "1:2:3", "1: 2", "1.5:2", "99999999999999999999:", "Best"}) {
    const auto read = parse_iterations(text);
    ASSERT_FALSE(read) << text;
    EXPECT_THAT(read.error().message(), HasSubstr("expected A:B")) << text;
  }
  EXPECT_THAT(parse_iterations("5:5").error().message(), HasSubstr("holds no round"));
  EXPECT_THAT(parse_iterations(":0").error().message(), HasSubstr("holds no round"));
}

}  // namespace
}  // namespace pelton::formats
