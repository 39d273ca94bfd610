#include "load/slo_search.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

namespace pelton::load {
namespace {

/// A server whose p99 follows an M/M/1 queue that serves `capacity` a second.
LoadReport queue_at(double rate, double capacity) {
  LoadReport r;
  r.open_loop = true;
  r.offered_rps = rate;
  r.duration_s = 1;
  r.requests = static_cast<std::uint64_t>(rate);
  const bool stable = rate < capacity;
  r.latency_ms.p99 = stable ? std::log(100) / (capacity - rate) * 1e3 : 1e6;
  r.achieved_rps = std::min(rate, capacity);
  r.outcomes[0] = r.requests;
  return r;
}

TEST(SearchSlo, FindsTheHighestRateWithinItsPrecision) {
  for (const double capacity : {700.0, 5'000.0, 123'456.0}) {
    const double exact = capacity - std::log(100) / 0.010;  // where p99 is 10 ms
    SloSearchSettings settings;
    settings.slo_ms = 10;
    const auto found =
        search_slo(settings, [&](double rate) -> core::Result<LoadReport> { return queue_at(rate, capacity); });
    ASSERT_TRUE(found);
    EXPECT_LE(found->best_rate, exact);
    EXPECT_GE(found->best_rate, exact * 0.94) << capacity;
    EXPECT_LE(found->probes.size(), settings.max_probes);
    EXPECT_TRUE(found->probes[found->best].good);
    EXPECT_EQ(found->probes[found->best].report.offered_rps, found->best_rate);
  }
}

TEST(SearchSlo, IsToldAsJson) {
  SloSearchResult found;
  core::TextBuffer out;
  append_json(out, found, 5);
  EXPECT_EQ(out.view(), R"({"slo_p99_ms":5.0,"highest_rps":0.0,"best":null,"probes":[]})");
  found.probes = {{false, queue_at(200, 100)}, {true, queue_at(50, 100)}};
  found.best = 1;
  found.best_rate = 50;
  core::TextBuffer best, probes;
  append_json(best, found.probes[1].report);
  append_json(probes, found.probes[0].report);
  out.clear();
  append_json(out, found, 5);
  EXPECT_EQ(std::string(out.view()), R"({"slo_p99_ms":5.0,"highest_rps":50.0,"best":)" + std::string(best.view()) +
                                         R"(,"probes":[)" + std::string(probes.view()) + "," +
                                         std::string(best.view()) + "]}");
}

TEST(SearchSlo, OneHiccupDoesNotEndIt) {
  SloSearchSettings settings;
  settings.slo_ms = 10;
  std::size_t runs = 0;
  const auto found = search_slo(settings, [&](double rate) -> core::Result<LoadReport> {
    LoadReport report = queue_at(rate, 5000);
    if (runs++ % 3 == 0) report.latency_ms.p99 = 50;  // every third run something else has the processor
    return report;
  });
  EXPECT_GE(found->best_rate, (5000 - std::log(100) / 0.010) * 0.94);
}

TEST(SearchSlo, IsBounded) {
  SloSearchSettings settings;
  settings.slo_ms = 10;
  settings.highest_rate = 50'000;
  const auto fast = search_slo(settings, [&](double rate) -> core::Result<LoadReport> { return queue_at(rate, 1e9); });
  EXPECT_EQ(fast->best_rate, 50'000);
  const auto never = search_slo(settings, [&](double rate) -> core::Result<LoadReport> { return queue_at(rate, 0.5); });
  EXPECT_EQ(never->best_rate, 0);
  EXPECT_LE(never->probes.size(), settings.max_probes);
  settings.max_probes = 3;
  EXPECT_EQ(
      search_slo(settings, [&](double rate) -> core::Result<LoadReport> { return queue_at(rate, 1e5); })->probes.size(),
      3u);
}

TEST(SearchSlo, AnErrorEndsIt) {
  const auto failed = search_slo({.slo_ms = 1}, [](double) -> core::Result<LoadReport> {
    return core::Error(core::ErrorCode::unavailable, "gone");
  });
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().message(), "gone");
}

TEST(KeepsSlo, FailuresAndABacklogBreakThePromise) {
  LoadReport r = queue_at(1000, 100'000);
  EXPECT_TRUE(keeps_slo(r, 10));
  EXPECT_FALSE(keeps_slo(r, r.latency_ms.p99));
  r.outcomes[0] -= 2;
  r.outcomes[static_cast<std::size_t>(Outcome::status_5xx)] = 2;
  EXPECT_FALSE(keeps_slo(r, 10));
  r = queue_at(1000, 100'000);
  r.achieved_rps = 900;
  EXPECT_FALSE(keeps_slo(r, 10));
  EXPECT_FALSE(keeps_slo(LoadReport{}, 10));
}

}  // namespace
}  // namespace pelton::load
