#include "api/query.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pelton::api {
namespace {

TEST(PercentDecoding, UndoesEscapes) {
  EXPECT_EQ(percent_decoded("a%20b%2Fc"), "a b/c");
  EXPECT_EQ(percent_decoded("a+b"), "a+b");
  EXPECT_EQ(percent_decoded("a+b", true), "a b");
  EXPECT_EQ(percent_decoded("%e2%82%ac"), "\xE2\x82\xAC");
  EXPECT_EQ(percent_decoded("100%"), "100%");
}

TEST(Query, VisitsParametersInOrder) {
  std::vector<std::string> seen;
  EXPECT_TRUE(for_each_parameter("a=1&&b=x%26y&c&=d", [&](std::string_view name, std::string_view value) {
    seen.push_back(std::string(name) + "|" + std::string(value));
    return true;
  }));
  EXPECT_EQ(seen, (std::vector<std::string>{"a|1", "b|x&y", "c|", "|d"}));
  EXPECT_FALSE(for_each_parameter("a=1&b=2", [](std::string_view, std::string_view) { return false; }));
}

TEST(MediaType, IsComparedWithoutCaseAndParameters) {
  EXPECT_TRUE(is_media_type("Text/CSV; header=present", "text/csv"));
  EXPECT_TRUE(is_media_type(" application/json ", "application/json"));
  EXPECT_FALSE(is_media_type("application/jsonx", "application/json"));
  EXPECT_EQ(media_parameter("text/csv; charset=utf-8; Header=\"absent\"", "header"), "absent");
  EXPECT_EQ(media_parameter("text/csv", "header"), "");
}

TEST(Accept, NamesATypeUnlessItsWeightIsZero) {
  EXPECT_TRUE(accepts("text/html, text/csv;q=0.5", "text/csv"));
  EXPECT_FALSE(accepts("text/csv;q=0, */*", "text/csv"));
  EXPECT_FALSE(accepts("text/csv;q=0.000", "text/csv"));
  EXPECT_TRUE(accepts("text/csv;q=0.001", "text/csv"));
  EXPECT_FALSE(accepts("*/*", "text/csv"));
}

}  // namespace
}  // namespace pelton::api
