#include "api/quotas/quota_table.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace pelton::api {
namespace {

using namespace std::chrono_literals;

constexpr QuotaSecret kSecret{1, 2};

core::TimePoint at(core::Duration since) { return core::TimePoint(1h + since); }
ClientKey stranger(std::uint64_t number) { return ClientKey{0x2001'0db8'0000'0000 + number}; }

TEST(QuotaTableTest, EachClientHasAQuotaOfItsOwn) {
  QuotaTable table({.requests = {.per_second = 10, .burst = 2}, .rows = {}}, kSecret);
  ASSERT_TRUE(table.limits_anything());
  EXPECT_FALSE(table.limits_rows());
  for (const char* address : {"10.0.0.1", "10.0.0.2", "2001:db8::1"}) {
    const ClientKey client = client_key(address);
    EXPECT_TRUE(table.admit(client, at(0s)).admitted());
    EXPECT_TRUE(table.admit(client, at(0s)).admitted());
    const QuotaTable::Verdict verdict = table.admit(client, at(0s));
    EXPECT_EQ(verdict.wait, 100ms);
    EXPECT_EQ(verdict.limit, QuotaTable::Limit::requests);
    EXPECT_FALSE(table.admit(client, at(99ms)).admitted());
    EXPECT_TRUE(table.admit(client, at(100ms)).admitted()) << "asking in vain has cost it nothing";
  }
}

TEST(QuotaTableTest, RowsAreOwedAfterwards) {
  QuotaTable table({.requests = {}, .rows = {.per_second = 100, .burst = 100}}, kSecret);
  const ClientKey client = client_key("10.0.0.1");
  EXPECT_TRUE(table.admit(client, at(0s)).admitted());
  table.charge_rows(client, 99, at(0s));
  EXPECT_TRUE(table.admit(client, at(0s)).admitted()) << "one is left";
  table.charge_rows(client, 1000, at(0s));
  const QuotaTable::Verdict verdict = table.admit(client, at(0s));
  EXPECT_EQ(verdict.wait, 10s);
  EXPECT_EQ(verdict.limit, QuotaTable::Limit::rows);
  EXPECT_TRUE(table.admit(client, at(10s)).admitted());
  EXPECT_TRUE(table.admit(client_key("10.0.0.2"), at(0s)).admitted());
}

TEST(QuotaTableTest, OfTwoLimitsTheLongerWaitIsTold) {
  QuotaTable table({.requests = {.per_second = 0.1, .burst = 1}, .rows = {.per_second = 1, .burst = 1}}, kSecret);
  const ClientKey client = client_key("10.0.0.1");
  ASSERT_TRUE(table.admit(client, at(0s)).admitted());
  table.charge_rows(client, 5, at(0s));
  EXPECT_EQ(table.admit(client, at(0s)).wait, 10s);
  EXPECT_EQ(table.admit(client, at(0s)).limit, QuotaTable::Limit::requests);
  table.charge_rows(client, 15, at(0s));
  EXPECT_EQ(table.admit(client, at(0s)).wait, 20s);
  EXPECT_EQ(table.admit(client, at(0s)).limit, QuotaTable::Limit::rows);
  EXPECT_FALSE(table.admit(client, at(19s)).admitted());
  EXPECT_TRUE(table.admit(client, at(20s)).admitted());
}

TEST(QuotaTableTest, WithoutQuotasThereIsNoTable) {
  QuotaTable table({}, kSecret);
  EXPECT_FALSE(table.limits_anything());
  table.charge_rows(client_key("10.0.0.1"), 1, at(0s));
}

TEST(QuotaTableTest, AFloodOfAddressesGetsNobodyRidOfItsDebt) {
  QuotaTable table({.requests = {.per_second = 1, .burst = 5}, .rows = {}}, kSecret);
  const ClientKey heavy = client_key("203.0.113.9");
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(table.admit(heavy, at(0s)).admitted());
  for (std::uint64_t i = 0; i < 1'000'000; ++i) (void)table.admit(stranger(i), at(1ms));
  const QuotaTable::Verdict verdict = table.admit(heavy, at(2ms));
  EXPECT_EQ(verdict.wait, 998ms);
}

TEST(QuotaTableTest, AFloodOfAddressesHasABoundedShareAndPassesByItself) {
  QuotaTable table({.requests = {.per_second = 1, .burst = 5}, .rows = {}}, kSecret);
  std::size_t admitted = 0;
  for (std::uint64_t i = 0; i < 1'000'000; ++i) admitted += table.admit(stranger(i), at(0s)).admitted() ? 1 : 0;
  // A request for each place, and a burst for those of each set that found none.
  EXPECT_EQ(admitted, QuotaTable::kSets * (QuotaTable::kWays + 5));
  EXPECT_FALSE(table.admit(stranger(2'000'000), at(0s)).admitted()) << "a newcomer is taken for one of the flood";
  int fresh = 0;
  for (int i = 0; i < 5; ++i) fresh += table.admit(stranger(2'000'000), at(1s)).admitted() ? 1 : 0;
  EXPECT_EQ(fresh, 5) << "but not once the places are free";
}

TEST(QuotaTableTest, ThousandsOfClientsAtATimeDoNotDisturbEachOther) {
  QuotaTable table({.requests = {.per_second = 1, .burst = 2}, .rows = {}}, kSecret);
  int admitted = 0;
  int refused = 0;
  for (std::uint64_t i = 0; i < 8000; ++i) {
    for (int n = 0; n < 2; ++n) admitted += table.admit(stranger(i), at(0s)).admitted() ? 1 : 0;
  }
  for (std::uint64_t i = 0; i < 8000; ++i) refused += table.admit(stranger(i), at(0s)).admitted() ? 0 : 1;
  EXPECT_EQ(admitted, 16'000);
  EXPECT_EQ(refused, 8000);
}

TEST(QuotaTableTest, LoopsTogetherAdmitWhatOneWould) {
  QuotaTable table({.requests = {.per_second = 0.001, .burst = 10'000}, .rows = {}}, kSecret);
  const ClientKey client = client_key("10.0.0.1");
  std::atomic<int> admitted{0};
  std::vector<std::thread> loops;
  ASSERT_TRUE(table.admit(client, at(0s)).admitted());
  for (int t = 0; t < 4; ++t) {
    loops.emplace_back([&, t] {
      for (std::uint64_t i = 0; i < 10'000; ++i) {
        admitted += table.admit(client, at(1s)).admitted() ? 1 : 0;
        (void)table.admit(stranger(static_cast<std::uint64_t>(t) * 1'000'000 + i), at(1s));
      }
    });
  }
  for (std::thread& loop : loops) loop.join();
  EXPECT_EQ(admitted.load(), 9'999);
}

}  // namespace
}  // namespace pelton::api
