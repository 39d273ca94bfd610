// What a quota costs a request: finding out whose it is, and counting it.
#include <benchmark/benchmark.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "api/quotas/quota_table.hpp"
#include "api/trusted_proxies.hpp"

namespace {

using namespace pelton;

constexpr api::QuotaSettings kPlenty{.requests = {.per_second = 10'000'000, .burst = 1'000'000}, .rows = {}};

core::TimePoint at(std::int64_t ns) { return core::TimePoint(core::Duration(1'000'000'000 + ns)); }

/// A request of a client on its own connection, as the gate counts it.
void count(benchmark::State& state, const std::vector<std::string>& peers) {
  static api::QuotaTable table(kPlenty);
  const api::TrustedProxies nobody;
  http::RequestView request;
  std::int64_t now = 0;
  std::size_t next = 0;
  std::size_t refused = 0;
  for (auto _ : state) {
    request.peer = peers[next];
    next = next + 1 == peers.size() ? 0 : next + 1;
    refused += table.admit(api::client_key(nobody.client(request)), at(now)).admitted() ? 0 : 1;
    now += 5000;
  }
  benchmark::DoNotOptimize(refused);
}

std::vector<std::string> ipv4(std::size_t many) {
  std::vector<std::string> peers;
  for (std::size_t i = 0; i < many; ++i) {
    peers.push_back("198.51." + std::to_string(i / 250) + "." + std::to_string(i % 250));
  }
  return peers;
}

void quota_of_one_ipv4_client(benchmark::State& state) { count(state, ipv4(1)); }
BENCHMARK(quota_of_one_ipv4_client);
/// Several loops, each with connections of the same client: the worst there is for its cache lines.
BENCHMARK(quota_of_one_ipv4_client)->Threads(2);

void quota_of_ten_thousand_ipv4_clients(benchmark::State& state) { count(state, ipv4(10'000)); }
BENCHMARK(quota_of_ten_thousand_ipv4_clients);

void quota_of_one_ipv6_client(benchmark::State& state) { count(state, {"2001:db8:85a3:8d3:1319:8a2e:370:7348"}); }
BENCHMARK(quota_of_one_ipv6_client);

void quota_behind_a_proxy(benchmark::State& state) {
  static api::QuotaTable table(kPlenty);
  const auto proxies = api::TrustedProxies::parse("127.0.0.1, 10.0.0.0/8");
  const std::array<http::Header, 3> headers{
      {{"Accept", "*/*"}, {"Content-Type", "application/json"}, {"X-Forwarded-For", "198.51.100.7, 10.0.0.3"}}};
  http::RequestView request;
  request.peer = "127.0.0.1";
  request.headers = headers;
  std::int64_t now = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(table.admit(api::client_key(proxies->client(request)), at(now)));
    now += 5000;
  }
}
BENCHMARK(quota_behind_a_proxy);

}  // namespace
