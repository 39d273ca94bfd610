#include "load/scoreboard.hpp"

#include <gtest/gtest.h>

namespace pelton::load {
namespace {

using namespace std::chrono_literals;

constexpr core::TimePoint kStart(core::Duration(0));

TEST(Scoreboard, RefusalsAreNoLatencies) {
  Scoreboard score(kStart);
  for (std::size_t i = 0; i < kOutcomeCount; ++i) score.record(kStart + 1ms, 1ms, static_cast<Outcome>(i));
  EXPECT_EQ(score.requests(), kOutcomeCount);
  EXPECT_EQ(score.latency().count(), 3u);  // answered, timeout, unanswered
}

TEST(Scoreboard, OneBadWindowDoesNotMoveTheMedianOfWindows) {
  Scoreboard score(kStart);
  for (int i = 0; i < 1000; ++i) {
    const core::Duration at = i * 1ms;
    score.record(kStart + at, at >= 400ms && at < 500ms ? 80ms : 2ms, Outcome::answered);
  }
  score.close();
  EXPECT_EQ(score.window_p99().count(), 10u);
  EXPECT_NEAR(static_cast<double>(score.window_p99().quantile(0.5)), 2e6, 1e4);
  EXPECT_NEAR(static_cast<double>(score.window_p99().max()), 80e6, 1e6);
  EXPECT_NEAR(static_cast<double>(score.latency().quantile(0.99)), 80e6, 1e6);
}

TEST(Scoreboard, WindowsWithoutAnswersAreSkipped) {
  Scoreboard score(kStart);
  score.record(kStart + 50ms, 1ms, Outcome::answered);
  score.record(kStart + 10s, 1ms, Outcome::answered);
  score.close();
  EXPECT_EQ(score.window_p50().count(), 2u);
}

TEST(Scoreboard, MergingAddsUp) {
  Scoreboard a(kStart), b(kStart);
  a.record(kStart, 1ms, Outcome::answered);
  b.record(kStart, 3ms, Outcome::answered);
  b.record(kStart, 3ms, Outcome::reset);
  b.record_lag(5ms);
  a.close();
  b.close();
  a.merge(b);
  EXPECT_EQ(a.requests(), 3u);
  EXPECT_EQ(a.count(Outcome::reset), 1u);
  EXPECT_DOUBLE_EQ(a.latency().mean(), 2e6);
  EXPECT_EQ(a.window_p50().count(), 2u);
  EXPECT_EQ(a.lag().count(), 1u);
}

}  // namespace
}  // namespace pelton::load
