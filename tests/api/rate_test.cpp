#include "api/quotas/rate.hpp"

#include <gtest/gtest.h>

#include <random>

namespace pelton::api {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

TEST(RateTest, ANewClientHasItsBurstAndThenOneInEachInterval) {
  const Rate rate({.per_second = 10, .burst = 3});
  std::int64_t owed = 0;
  const std::int64_t start = 100 * kSecond;
  for (int i = 0; i < 3; ++i) {
    ASSERT_LE(rate.wait(owed, start), 0) << i;
    owed = rate.taken(owed, start);
  }
  EXPECT_EQ(rate.wait(owed, start), kSecond / 10);
  EXPECT_EQ(rate.wait(owed, start + kSecond / 10 - 1), 1);
  EXPECT_LE(rate.wait(owed, start + kSecond / 10), 0);
  owed = rate.taken(owed, start + kSecond / 10);
  EXPECT_GT(rate.wait(owed, start + kSecond / 10), 0) << "one at a time now";
}

TEST(RateTest, WithoutABurstItIsWhatASecondBringsOrOne) {
  const auto at_once = [](double per_second) {
    const Rate rate({.per_second = per_second, .burst = 0});
    int count = 0;
    for (std::int64_t owed = 0; rate.wait(owed, 0) <= 0; owed = rate.taken(owed, 0)) ++count;
    return count;
  };
  EXPECT_EQ(at_once(5), 5);
  EXPECT_EQ(at_once(0.2), 1);
  EXPECT_EQ(at_once(2.5), 2);
}

TEST(RateTest, OverAnyTimeNobodyHasMoreThanBurstAndRateGive) {
  std::mt19937_64 random(1);
  for (const double per_second : {0.5, 7.0, 1234.5, 9e6}) {
    const Rate rate({.per_second = per_second, .burst = 20});
    std::int64_t now = 5 * kSecond;
    const std::int64_t start = now;
    std::int64_t owed = 0;
    double admitted = 0;
    for (int i = 0; i < 20'000; ++i) {
      if (rate.wait(owed, now) <= 0) {
        owed = rate.taken(owed, now);
        ++admitted;
      }
      const double most = 20 + static_cast<double>(now - start) * per_second / 1e9;
      ASSERT_LE(admitted, most * 1.006 + 1) << per_second << " at step " << i;
      now += static_cast<std::int64_t>(static_cast<double>(random() % 1000) * 1e6 / per_second);
    }
    const double brought = static_cast<double>(now - start) * per_second / 1e9;
    EXPECT_GE(admitted, std::min(20'000.0, brought) * 0.99) << "and who asks enough has all of it";
  }
}

TEST(RateTest, ManyAreOwedAtOnceButNoMoreThanADay) {
  const Rate rate({.per_second = 100, .burst = 100});
  const std::int64_t owed = rate.taken(0, kSecond, 1000);
  EXPECT_EQ(rate.wait(owed, kSecond), 10 * kSecond - 99 * kSecond / 100);
  const std::int64_t day = 86'400 * kSecond;
  EXPECT_EQ(rate.wait(rate.taken(0, kSecond, ~std::uint64_t{0}), kSecond), day);
  std::int64_t much = 0;
  for (int i = 0; i < 100; ++i) much = rate.taken(much, kSecond, 8'000'000);
  EXPECT_EQ(rate.wait(much, kSecond), day);
}

TEST(RateTest, TheExtremesStayWithin64Bits) {
  const Rate slow({.per_second = RateSettings::kLeastPerSecond, .burst = RateSettings::kMostBurst});
  const std::int64_t century = 3'155'760'000 * kSecond;
  std::int64_t owed = 0;
  for (int i = 0; i < 1'000'000; ++i) owed = slow.taken(owed, century);
  EXPECT_EQ(slow.wait(owed, century), 1000 * kSecond);
  EXPECT_GT(slow.taken(owed, century, ~std::uint64_t{0}), century);
  const Rate fast({.per_second = RateSettings::kMostPerSecond, .burst = 1});
  EXPECT_EQ(fast.wait(fast.taken(0, 0), 0), 100);
}

TEST(RateTest, NoRateIsNoLimit) {
  EXPECT_FALSE(Rate().limited());
  EXPECT_FALSE(Rate({.per_second = 0, .burst = 5}).limited());
  EXPECT_TRUE(Rate({.per_second = 0.001, .burst = 0}).limited());
}

}  // namespace
}  // namespace pelton::api
