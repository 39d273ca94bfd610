#include "load/histogram.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace pelton::load {
namespace {

TEST(Histogram, IsEmptyAtFirst) {
  const Histogram h;
  EXPECT_EQ(h.count(), 0u);
  EXPECT_EQ(h.quantile(0.5), 0u);
  EXPECT_EQ(h.max(), 0u);
  EXPECT_EQ(h.mean(), 0.0);
}

TEST(Histogram, SmallValuesAreExact) {
  for (std::uint64_t v = 0; v < 256; ++v) {
    Histogram h;
    h.record(v);
    h.record(1'000'000);  // so that the quantile is not simply the maximum
    EXPECT_EQ(h.quantile(0.5), v);
  }
}

TEST(Histogram, EveryMagnitudeIsWithinHalfAPercent) {
  for (std::uint64_t v = 1; v < (std::uint64_t{1} << 41); v = v + 1 + v / 37) {
    Histogram h;
    h.record(v);
    h.record(std::uint64_t{1} << 41);
    EXPECT_NEAR(static_cast<double>(h.quantile(0.5)), static_cast<double>(v), static_cast<double>(v) * 0.004) << v;
  }
}

TEST(Histogram, QuantilesOfRandomValuesAreWithinOnePercentOfTheSortedOnes) {
  std::mt19937_64 random(11);
  for (const double spread : {0.1, 1.0, 3.0}) {
    std::lognormal_distribution<double> draw(12.0, spread);
    Histogram h;
    std::vector<std::uint64_t> values(20'000);
    double sum = 0;
    for (auto& v : values) {
      v = static_cast<std::uint64_t>(draw(random));
      sum += static_cast<double>(v);
      h.record(v);
    }
    std::sort(values.begin(), values.end());
    for (const double q : {0.0001, 0.01, 0.25, 0.5, 0.9, 0.99, 0.999, 1.0}) {
      const auto rank = static_cast<std::size_t>(std::ceil(q * static_cast<double>(values.size())));
      const auto exact = static_cast<double>(values[rank - 1]);
      EXPECT_NEAR(static_cast<double>(h.quantile(q)), exact, exact * 0.01) << "q " << q << " spread " << spread;
    }
    EXPECT_EQ(h.max(), values.back());
    EXPECT_DOUBLE_EQ(h.mean(), sum / static_cast<double>(values.size()));
  }
}

TEST(Histogram, HugeValuesAreCountedAndTheMaximumStaysExact) {
  Histogram h;
  h.record(~std::uint64_t{0});
  h.record(5);
  EXPECT_EQ(h.count(), 2u);
  EXPECT_EQ(h.max(), ~std::uint64_t{0});
  EXPECT_EQ(h.quantile(0.5), 5u);
}

TEST(Histogram, MergingIsRecordingIntoOne) {
  Histogram a, b, both;
  for (std::uint64_t v = 1; v < 100'000; v += 7) {
    (v % 2 == 0 ? a : b).record(v);
    both.record(v);
  }
  a.merge(b);
  EXPECT_EQ(a.count(), both.count());
  EXPECT_EQ(a.max(), both.max());
  EXPECT_DOUBLE_EQ(a.mean(), both.mean());
  for (double q = 0; q <= 1; q += 0.05) EXPECT_EQ(a.quantile(q), both.quantile(q));
  a.clear();
  EXPECT_EQ(a.count(), 0u);
  EXPECT_EQ(a.quantile(0.9), 0u);
}

TEST(Histogram, CountsBetween) {
  Histogram h;
  for (std::uint64_t v = 0; v < 100; ++v) h.record(v);
  EXPECT_EQ(h.count_between(10, 20), 10u);
  EXPECT_EQ(h.count_between(0, 1000), 100u);
  EXPECT_EQ(h.count_between(100, 1000), 0u);
}

}  // namespace
}  // namespace pelton::load
