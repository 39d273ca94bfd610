#include "load/comparison.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

namespace pelton::load {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Turn = std::pair<std::size_t, std::size_t>;

/// The second server is twice as slow as the first, whatever the machine does to a round.
LoadReport measured(std::size_t side, std::size_t round) {
  LoadReport report;
  const double machine = round == 1 ? 10 : 1;
  report.requests = 100;
  report.outcomes[0] = side == 0 ? 100 : 90;
  report.achieved_rps = 1000 / machine;
  report.latency_ms.p50 = machine * (side == 0 ? 1 : 2);
  report.latency_ms.p99 = machine * (side == 0 ? 4 : 8 + static_cast<double>(round));
  report.latency.record(side == 0 ? 1'000'000 : 2'000'000);
  return report;
}

LoadComparison compared(std::size_t rounds, std::vector<Turn>* order = nullptr) {
  auto comparison = compare_loads({"http://a", "http://b"}, rounds, [&](std::size_t side, std::size_t round) {
    if (order != nullptr) order->emplace_back(side, round);
    return core::Result<LoadReport>(measured(side, round));
  });
  EXPECT_TRUE(comparison);
  return *std::move(comparison);
}

TEST(CompareLoads, TakesTurnsAndTurnsTheOrderRound) {
  std::vector<Turn> order;
  const LoadComparison comparison = compared(3, &order);
  EXPECT_THAT(order, ElementsAre(Turn(0, 0), Turn(1, 0), Turn(1, 1), Turn(0, 1), Turn(0, 2), Turn(1, 2)));
  EXPECT_EQ(comparison.reports[0].size(), 3u);
  EXPECT_EQ(comparison.reports[1].size(), 3u);
}

TEST(CompareLoads, RatiosAreRoundByRound) {
  const LoadComparison comparison = compared(3);
  const Ratio p50 = ratio_of(comparison, [](const LoadReport& r) { return r.latency_ms.p50; });
  EXPECT_EQ(p50.rounds, 3u);
  EXPECT_DOUBLE_EQ(p50.least, 2);
  EXPECT_DOUBLE_EQ(p50.most, 2);
  const Ratio p99 = ratio_of(comparison, [](const LoadReport& r) { return r.latency_ms.p99; });
  EXPECT_DOUBLE_EQ(p99.median, 2.25);
  EXPECT_DOUBLE_EQ(p99.most, 2.5);
  EXPECT_EQ(ratio_of(comparison, [](const LoadReport& r) { return r.latency_ms.p90; }).rounds, 0u) << "nobody has one";
}

TEST(CompareLoads, IsWrittenForPeopleAndPrograms) {
  const LoadComparison comparison = compared(2);
  const std::string table = to_table(comparison, true);
  EXPECT_THAT(table, HasSubstr("A  http://a\n"));
  EXPECT_THAT(table, HasSubstr("2 rounds in turns"));
  EXPECT_THAT(table, ::testing::ContainsRegex("failed +0 +20"));
  EXPECT_THAT(table, HasSubstr("█"));
  core::TextBuffer out;
  append_json(out, comparison);
  const std::string json(out.view());
  EXPECT_THAT(json, ::testing::StartsWith(R"({"targets":[{"target":"http://a","rounds":[{"mode":"closed")"));
  EXPECT_THAT(json, HasSubstr(R"(}]},{"target":"http://b","rounds":[{)"));
  EXPECT_THAT(json, HasSubstr(R"("p50":{"median":2.0,"least":2.0,"most":2.0,"rounds":2})"));
}

TEST(CompareLoads, AnErrorSaysWhose) {
  const auto failed = compare_loads({"http://a", "http://b"}, 3, [](std::size_t side, std::size_t) {
    if (side == 0) return core::Result<LoadReport>(LoadReport{});
    return core::Result<LoadReport>(core::Error(core::ErrorCode::unavailable, "gone"));
  });
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().message(), HasSubstr("http://b"));
  for (const std::size_t rounds : {0, 1001}) {
    EXPECT_EQ(compare_loads({"", ""}, rounds, {}).error().code(), core::ErrorCode::invalid_argument);
  }
}

}  // namespace
}  // namespace pelton::load
