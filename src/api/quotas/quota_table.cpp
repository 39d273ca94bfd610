#include "api/quotas/quota_table.hpp"

#include <bit>
#include <random>

namespace pelton::api {

namespace {

/// The first eight bytes of ff…: a multicast network, so no client's.
constexpr std::uint64_t kNobody = ~std::uint64_t{0};

/// SipHash-1-3 of one word (https://www.aumasson.jp/siphash/siphash.pdf): what meets what cannot be told without the
/// key.
std::uint64_t sip_hash(std::uint64_t word, std::uint64_t first, std::uint64_t second) noexcept {
  std::uint64_t v0 = first ^ 0x736f6d6570736575;
  std::uint64_t v1 = second ^ 0x646f72616e646f6d;
  std::uint64_t v2 = first ^ 0x6c7967656e657261;
  std::uint64_t v3 = second ^ 0x7465646279746573;
  const auto round = [&] {
    v0 += v1;
    v1 = std::rotl(v1, 13) ^ v0;
    v0 = std::rotl(v0, 32);
    v2 += v3;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 += v3;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 += v1;
    v1 = std::rotl(v1, 17) ^ v2;
    v2 = std::rotl(v2, 32);
  };
  constexpr std::uint64_t kLength = std::uint64_t{sizeof word} << 56;
  for (const std::uint64_t block : {word, kLength}) {
    v3 ^= block;
    round();
    v0 ^= block;
  }
  v2 ^= 0xFF;
  for (int i = 0; i < 3; ++i) round();
  return v0 ^ v1 ^ v2 ^ v3;
}

std::int64_t nanoseconds(core::TimePoint time) noexcept { return time.time_since_epoch().count(); }

}  // namespace

QuotaSecret QuotaSecret::random() {
  std::random_device source;
  const auto word = [&source] { return std::uint64_t{source()} << 32 | source(); };
  return {word(), word()};
}

QuotaTable::QuotaTable(const QuotaSettings& settings, const QuotaSecret& secret)
    : requests_(settings.requests), rows_(settings.rows), secret_(secret) {
  if (!requests_.limited() && !rows_.limited()) return;
  sets_ = std::make_unique<Set[]>(kSets);
  for (std::size_t i = 0; i < kSets; ++i) {
    for (std::atomic<std::uint64_t>& client : sets_[i].clients) client.store(kNobody, std::memory_order_relaxed);
  }
}

QuotaTable::Verdict QuotaTable::admit(ClientKey client, core::TimePoint now) noexcept {
  const std::int64_t at = nanoseconds(now);
  const Place place = place_of(client, at);
  const std::int64_t rows_wait =
      rows_.limited() ? rows_.wait(place.rows->load(std::memory_order_relaxed), at) : std::int64_t{0};
  if (!requests_.limited()) return {core::Duration(rows_wait), Limit::rows};
  std::int64_t owed_until = place.requests->load(std::memory_order_relaxed);
  do {
    const std::int64_t wait = requests_.wait(owed_until, at);
    if (wait <= 0 && rows_wait <= 0) continue;
    if (wait >= rows_wait) return {core::Duration(wait), Limit::requests};
    return {core::Duration(rows_wait), Limit::rows};
  } while (
      !place.requests->compare_exchange_weak(owed_until, requests_.taken(owed_until, at), std::memory_order_relaxed));
  return {};
}

void QuotaTable::owe_rows(ClientKey client, std::size_t rows, core::TimePoint now) noexcept {
  const std::int64_t at = nanoseconds(now);
  std::atomic<std::int64_t>& place = *place_of(client, at).rows;
  std::int64_t owed_until = place.load(std::memory_order_relaxed);
  while (!place.compare_exchange_weak(owed_until, rows_.taken(owed_until, at, rows), std::memory_order_relaxed)) {
  }
}

std::size_t QuotaTable::set_of(std::uint64_t client) const noexcept {
  return sip_hash(client, secret_.first, secret_.second) % kSets;
}

QuotaTable::Place QuotaTable::place_of(ClientKey client, std::int64_t now) noexcept {
  const auto key = static_cast<std::uint64_t>(client);
  Set& set = sets_[set_of(key)];
  std::size_t way = 0;
  while (way < kWays && set.clients[way].load(std::memory_order_relaxed) != key) ++way;
  if (way == kWays) way = take_over(set, key, now);
  return {&set.requests[way], &set.rows[way]};
}

/// The place of a client that owes nothing any more, or that of all who find none.
std::size_t QuotaTable::take_over(Set& set, std::uint64_t client, std::int64_t now) noexcept {
  for (std::size_t way = 0; way < kWays; ++way) {
    std::uint64_t before = set.clients[way].load(std::memory_order_relaxed);
    if (set.requests[way].load(std::memory_order_relaxed) > now || set.rows[way].load(std::memory_order_relaxed) > now)
      continue;
    if (set.clients[way].compare_exchange_strong(before, client, std::memory_order_relaxed) || before == client)
      return way;
  }
  return Set::kOthers;
}

}  // namespace pelton::api
