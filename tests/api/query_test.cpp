#include "api/query.hpp"

#include <gtest/gtest.h>

#include <array>
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

std::string_view wanted(std::string_view accept) {
  static constexpr std::array<std::string_view, 3> kOffered{"application/json", "text/csv", "text/html"};
  const std::size_t type = preferred(accept, kOffered);
  return type == kOffered.size() ? "none" : kOffered[type];
}

TEST(Accept, TheHeaviestTypeIsGiven) {
  EXPECT_EQ(wanted("text/html;q=0.4, text/csv;q=0.5"), "text/csv");
  EXPECT_EQ(wanted("text/csv;q=0.5, application/json;q=0.500"), "application/json") << "alike: the first offered";
  EXPECT_EQ(wanted("TEXT/Csv ; Q=0.001"), "text/csv");
  EXPECT_EQ(wanted("text/csv;header=absent;q=0.9, application/json;q=0.8"), "text/csv");
}

TEST(Accept, TheMostSpecificRangeCounts) {
  EXPECT_EQ(wanted(""), "application/json");
  EXPECT_EQ(wanted("*/*"), "application/json");
  EXPECT_EQ(wanted("text/*"), "text/csv");
  EXPECT_EQ(wanted("text/*, text/csv;q=0"), "text/html");
  EXPECT_EQ(wanted("*/*;q=0.1, text/*;q=0.2, text/csv;q=0.05"), "text/html");
  EXPECT_EQ(wanted("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"), "text/html");
  EXPECT_EQ(wanted("application/json;q=0, */*"), "text/csv");
}

TEST(Accept, NothingIsGivenThatIsNotWanted) {
  EXPECT_EQ(wanted("image/png"), "none");
  EXPECT_EQ(wanted("text/csv;q=0"), "none");
  EXPECT_EQ(wanted("text/csv;q=0.000"), "none");
  EXPECT_EQ(wanted("*/*;q=0"), "none");
  EXPECT_EQ(wanted(",;,/"), "none");
}

TEST(Accept, MalformedWeightsArePassedOver) {
  for (const char* const weight : {"2", "1.001", "-1", "0.1234", "x", ".5"}) {
    EXPECT_EQ(wanted("text/csv;q=" + std::string(weight) + ", text/html;q=0.1"), "text/html") << weight;
  }
}

}  // namespace
}  // namespace pelton::api
