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

TEST(Scoreboard, AWindowsTailIsItsOwnAndOfAHundredAnswersOrMore) {
  Scoreboard score(kStart);
  // Ten windows of 200 answers; the machine is four times as slow in half of them, the tail three times the median.
  for (int window = 0; window < 10; ++window) {
    const core::Duration usual = window % 2 == 0 ? 1ms : 4ms;
    for (int i = 0; i < 200; ++i) {
      score.record(kStart + window * 100ms + i * 400us, i % 40 == 0 ? 3 * usual : usual, Outcome::answered);
    }
  }
  for (int i = 0; i < 99; ++i) score.record(kStart + 5s, i < 50 ? 1ms : 1s, Outcome::answered);
  score.close();
  EXPECT_EQ(score.window_tail().count(), 10u);
  EXPECT_NEAR(static_cast<double>(score.window_tail().max()) / Scoreboard::kTailUnit, 3, 0.05);
  EXPECT_NEAR(static_cast<double>(score.window_tail().quantile(0.5)) / Scoreboard::kTailUnit, 3, 0.05);
}

TEST(Scoreboard, KeepsTheWindowsInWhichSomethingEnded) {
  Scoreboard score(kStart, {.objective = 5ms, .keep_windows = true});
  score.record(kStart + 10ms, 5ms, Outcome::answered);
  score.record(kStart + 20ms, 6ms, Outcome::answered);
  score.record(kStart + 30ms, 1ms, Outcome::status_5xx);
  score.record(kStart + 250ms, 1ms, Outcome::status_5xx);  // only a refusal, after an empty window
  score.record(kStart + 300ms, 1ms, Outcome::answered);
  score.record(kStart + 310ms, 2ms, Outcome::unanswered);
  score.close();
  const auto& windows = score.windows();
  ASSERT_EQ(windows.size(), 3u);
  EXPECT_EQ(windows[0].from, 0ms);
  EXPECT_EQ(windows[0].answered, 2u);
  EXPECT_EQ(windows[0].failed, 1u);
  EXPECT_EQ(windows[0].in_time, 1u);
  EXPECT_NEAR(static_cast<double>(windows[0].p50.count()), 5e6, 3e4);
  EXPECT_NEAR(static_cast<double>(windows[0].p99.count()), 6e6, 3e4);
  EXPECT_EQ(windows[1].from, 200ms);
  EXPECT_EQ(windows[1].answered, 0u);
  EXPECT_EQ(windows[1].failed, 1u);
  EXPECT_EQ(windows[1].p99, 0ms);
  EXPECT_EQ(windows[2].from, 300ms);
  EXPECT_EQ(windows[2].failed, 1u);
  EXPECT_EQ(score.in_time(), 2u);  // neither the late one nor what was refused or never answered
  EXPECT_EQ(score.window_p50().count(), 2u);
}

TEST(Scoreboard, KeepsNoWindowsUnasked) {
  Scoreboard score(kStart);
  score.record(kStart, 1ms, Outcome::answered);
  score.close();
  EXPECT_TRUE(score.windows().empty());
  EXPECT_EQ(score.in_time(), 0u);
}

TEST(Scoreboard, MergingAddsUp) {
  Scoreboard a(kStart, {.objective = 2ms}), b(kStart, {.objective = 4ms});
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
  EXPECT_EQ(a.in_time(), 2u);
  EXPECT_EQ(a.window_p50().count(), 2u);
  EXPECT_EQ(a.lag().count(), 1u);
}

}  // namespace
}  // namespace pelton::load
