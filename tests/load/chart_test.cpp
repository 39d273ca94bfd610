#include "load/chart.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <vector>

namespace pelton::load {
namespace {

using ::testing::HasSubstr;

std::vector<std::string> chart_of(std::initializer_list<const Histogram*> distributions) {
  std::string text;
  append_chart(text, {distributions.begin(), distributions.size()});
  std::istringstream in(text);
  std::vector<std::string> rows;
  for (std::string row; std::getline(in, row);) rows.push_back(row);
  return rows;
}

/// The share that a row tells, in percent.
double share_in(const std::string& row) { return std::stod(row.substr(row.find("ms") + 2)); }

TEST(Chart, EveryAnswerIsInOneRowAndThePercentilesAreMarked) {
  Histogram h;
  for (int i = 0; i < 900; ++i) h.record(100'000 + static_cast<std::uint64_t>(i));
  for (int i = 0; i < 99; ++i) h.record(2'000'000);
  h.record(70'000'000);
  const std::vector<std::string> rows = chart_of({&h});
  ASSERT_GE(rows.size(), 10u);
  ASSERT_LE(rows.size(), 22u);
  double all = 0;
  for (const std::string& row : rows) all += share_in(row);
  EXPECT_NEAR(all, 100, 0.05);
  EXPECT_THAT(rows.front(), HasSubstr("p50 p90"));
  EXPECT_THAT(rows.front(), HasSubstr(" 90.000 %"));
  EXPECT_THAT(rows.back(), HasSubstr("max"));
  EXPECT_THAT(rows.back(), HasSubstr("▏")) << "one in a thousand is still seen";
  EXPECT_EQ(std::count_if(rows.begin(), rows.end(),
                          [](const std::string& row) { return row.find("p99 ") != std::string::npos; }),
            1);
}

TEST(Chart, EqualAnswersAreOneFullBar) {
  Histogram h;
  for (int i = 0; i < 5; ++i) h.record(1'000'000);
  const std::vector<std::string> rows = chart_of({&h});
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_THAT(rows.front(), HasSubstr("100.000 %"));
  EXPECT_THAT(rows.front(), HasSubstr("p50 p90 p99 p99.9 max"));
}

TEST(Chart, TwoStandSideBySideOnOneScale) {
  Histogram fast, slow;
  for (int i = 0; i < 10; ++i) fast.record(1'000'000);
  for (int i = 0; i < 10; ++i) slow.record(8'000'000);
  const std::vector<std::string> rows = chart_of({&fast, &slow});
  ASSERT_GE(rows.size(), 2u);
  EXPECT_THAT(rows.front(), HasSubstr("100.000 %"));
  EXPECT_THAT(rows.front(), HasSubstr("  0.000 %"));
  EXPECT_LT(rows.front().find("100.000"), rows.front().find("  0.000"));
  EXPECT_LT(rows.back().find("  0.000"), rows.back().find("100.000"));
}

TEST(Chart, OddValuesAreDrawn) {
  Histogram none, zero, longest;
  EXPECT_TRUE(chart_of({&none}).empty());
  zero.record(0);
  EXPECT_EQ(chart_of({&zero}).size(), 1u);
  longest.record(1);
  longest.record(UINT64_MAX / 2);
  const auto rows = chart_of({&longest, &none});
  ASSERT_FALSE(rows.empty());
  EXPECT_LE(rows.size(), 22u);
}

}  // namespace
}  // namespace pelton::load
