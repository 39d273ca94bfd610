#include "load/schedule.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
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

}  // namespace
}  // namespace pelton::load
