#include "load/schedule.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace pelton::load {
namespace {

std::vector<double> gaps(double rate, std::uint64_t seed, std::size_t count) {
  PoissonSchedule schedule(rate, seed);
  std::vector<double> result;
  double last = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const double at = static_cast<double>(schedule.next().count());
    result.push_back((at - last) * 1e-9);
    last = at;
    schedule.advance();
  }
  return result;
}

TEST(PoissonSchedule, GapsHaveTheMeanAndVarianceOfAnExponential) {
  for (const double rate : {10.0, 2500.0, 100'000.0}) {
    const auto g = gaps(rate, 3, 100'000);
    double mean = 0, square = 0;
    for (const double x : g) mean += x / static_cast<double>(g.size());
    for (const double x : g) square += (x - mean) * (x - mean) / static_cast<double>(g.size());
    EXPECT_NEAR(mean * rate, 1, 0.015);          // standard error 0.3 %
    EXPECT_NEAR(square * rate * rate, 1, 0.05);  // standard error 0.9 %
  }
}

TEST(PoissonSchedule, GapsFollowTheExponentialEverywhere) {
  auto g = gaps(1000, 5, 50'000);
  std::sort(g.begin(), g.end());
  double worst = 0;  // Kolmogorov's distance; its 0.1 % point is 1.95 / sqrt(n)
  for (std::size_t i = 0; i < g.size(); ++i) {
    const double expected = 1 - std::exp(-g[i] * 1000);
    worst = std::max(worst, std::abs(expected - static_cast<double>(i) / static_cast<double>(g.size())));
  }
  EXPECT_LT(worst, 1.95 / std::sqrt(50'000.0));
}

TEST(PoissonSchedule, CountsInWindowsHaveEqualMeanAndVariance) {
  PoissonSchedule schedule(1000, 9);
  std::vector<double> counts(2000);
  for (; schedule.next() < std::chrono::seconds(20); schedule.advance()) {
    ++counts[static_cast<std::size_t>(schedule.next() / std::chrono::milliseconds(10))];
  }
  double mean = 0, variance = 0;
  for (const double c : counts) mean += c / 2000;
  for (const double c : counts) variance += (c - mean) * (c - mean) / 1999;
  EXPECT_NEAR(mean, 10, 0.3);
  EXPECT_NEAR(variance / mean, 1, 0.13);  // four standard errors
}

TEST(PoissonSchedule, IsDecidedByItsSeed) {
  EXPECT_EQ(gaps(100, 1, 1000), gaps(100, 1, 1000));
  EXPECT_NE(gaps(100, 1, 1000), gaps(100, 2, 1000));
}

TEST(PoissonSchedule, EachStepHasItsRateFromItsFirstMomentOn) {
  // Over many seeds: what is due in each second is Poisson with the step's mean, right after a change too.
  using namespace std::chrono_literals;
  const std::vector<RateStep> steps{{100, 1s}, {400, 1s}, {5, 2s}};
  const std::vector<double> expected{100, 400, 5, 5, 5};  // the last goes on
  constexpr int kRuns = 400;
  std::vector<double> sum(expected.size()), square(expected.size());
  double soon_after = 0;  // in the first 20 ms of the slow step, which a gap drawn at 400 a second would crowd
  for (int run = 0; run < kRuns; ++run) {
    PoissonSchedule schedule(steps, static_cast<std::uint64_t>(run));
    std::vector<double> counts(expected.size());
    for (; schedule.next() < 5s; schedule.advance()) {
      ++counts[static_cast<std::size_t>(schedule.next() / 1s)];
      soon_after += schedule.next() >= 2s && schedule.next() < 2020ms ? 1 : 0;
    }
    for (std::size_t i = 0; i < counts.size(); ++i) {
      sum[i] += counts[i] / kRuns;
      square[i] += counts[i] * counts[i] / kRuns;
    }
  }
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR(sum[i], expected[i], 4 * std::sqrt(expected[i] / kRuns)) << i;
    EXPECT_NEAR((square[i] - sum[i] * sum[i]) / expected[i], 1, 0.3) << i;  // four standard errors
  }
  EXPECT_NEAR(soon_after, kRuns * 5 * 0.02, 4 * std::sqrt(kRuns * 5 * 0.02));
}

TEST(ParseSteps, ReadsRatesAndSeconds) {
  const auto steps = parse_steps("500:2,3e3:0.5");
  ASSERT_TRUE(steps) << steps.error().message();
  using namespace std::chrono_literals;
  EXPECT_EQ(*steps, (std::vector<RateStep>{{500, 2s}, {3000, 500ms}}));
  EXPECT_EQ(total_duration(*steps), 2500ms);
}

TEST(ParseSteps, NamesTheStepThatIsWrong) {
  for (const char* text : {"", "5", "5:", ":5", "5:1,", ",5:1", "5:0", "0:5", "-5:1", "5:-1", "nan:1", "5:inf", "5:1:1",
                           "5x:1", "5: 1", "5:86401"}) {
    const auto steps = parse_steps(text);
    ASSERT_FALSE(steps) << text;
    EXPECT_EQ(steps.error().code(), core::ErrorCode::invalid_argument) << text;
  }
  EXPECT_EQ(parse_steps("5:1,7:x").error().message().substr(0, 5), "\"7:x\"");
  std::string many = "1:1";
  for (int i = 0; i < 1000; ++i) many += ",1:1";
  EXPECT_EQ(parse_steps(many).error().message(), "more than 1000 steps");
}

}  // namespace
}  // namespace pelton::load
