#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "api/quotas/client_key.hpp"
#include "api/quotas/rate.hpp"
#include "core/clock.hpp"

namespace pelton::api {

/// What one client may ask for.
struct QuotaSettings {
  RateSettings requests;
  RateSettings rows;
};

/// A secret of this process, so that nobody can choose addresses that meet in the table.
struct QuotaSecret {
  std::uint64_t first;
  std::uint64_t second;
  static QuotaSecret random();
};

/// What clients have taken of their quotas, for all event loops together: a client has one quota, however many
/// connections it has and wherever they were dealt.
///
/// A table of fixed size, in which a client is found in one of the kWays places of its set. A place is taken over once
/// its client owes nothing, for then nothing is lost by forgetting it; never before, so nobody gets rid of its debt
/// by sending strangers. Who finds all places of its set in use shares the set's last entry, and with it one
/// client's quota, with all others who do: so a flood of addresses costs newcomers, not those who are known, and what
/// all of them together may have is bounded. Without locks: an entry's cache lines are shared by the loops that its
/// client's requests come to. Two loops that find a client new, or forgotten, in the same instant may let it have one
/// request too many. Thread-safe.
class QuotaTable {
 public:
  static constexpr std::size_t kSets = 8192;
  static constexpr std::size_t kWays = 7;

  enum class Limit : std::uint8_t { requests, rows };
  struct Verdict {
    core::Duration wait{0};  ///< until it may ask again; not above zero: this request is let in
    Limit limit = Limit::requests;
    bool admitted() const noexcept { return wait <= core::Duration(0); }
  };

  /// Takes memory (1.5 MiB) only where something is limited.
  explicit QuotaTable(const QuotaSettings& settings, const QuotaSecret& secret = QuotaSecret::random());

  bool limits_anything() const noexcept { return sets_ != nullptr; }
  bool limits_rows() const noexcept { return rows_.limited(); }

  /// Whether the client may have one more request, which then counts. Where something is limited.
  Verdict admit(ClientKey client, core::TimePoint now) noexcept;
  /// Counts rows of a request that was let in: known once it has been read, they are owed even if they are more than
  /// the burst. Nothing where rows are not limited.
  void charge_rows(ClientKey client, std::size_t rows, core::TimePoint now) noexcept {
    if (rows_.limited()) owe_rows(client, rows, now);
  }

 private:
  struct alignas(64) Set {
    static constexpr std::size_t kOthers = kWays;  ///< those that found no place
    std::array<std::atomic<std::uint64_t>, kWays + 1> clients;
    std::array<std::atomic<std::int64_t>, kWays + 1> requests;  ///< Rate's owed_until, ns
    std::array<std::atomic<std::int64_t>, kWays + 1> rows;
  };
  struct Place {
    std::atomic<std::int64_t>* requests;
    std::atomic<std::int64_t>* rows;
  };

  void owe_rows(ClientKey client, std::size_t rows, core::TimePoint now) noexcept;
  Place place_of(ClientKey client, std::int64_t now) noexcept;
  std::size_t set_of(std::uint64_t client) const noexcept;
  static std::size_t take_over(Set& set, std::uint64_t client, std::int64_t now) noexcept;

  const Rate requests_;
  const Rate rows_;
  const QuotaSecret secret_;
  std::unique_ptr<Set[]> sets_;
};

}  // namespace pelton::api
