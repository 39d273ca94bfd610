#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace pelton::api {

/// How much a client may have, steadily and at once.
struct RateSettings {
  double per_second = 0;    ///< 0: no limit; at most kMostPerSecond
  std::uint64_t burst = 0;  ///< after a pause; 0: what a second brings, at least one

  static constexpr double kMostPerSecond = 10'000'000;
  static constexpr double kLeastPerSecond = 0.001;
  static constexpr std::uint64_t kMostBurst = 1'000'000;
};

/// The arithmetic of one limit: the generic cell rate algorithm in its form of virtual scheduling (ITU-T I.371,
/// annex A). All that is kept of a client is when it would have what it took paid off (`owed_until`), in ns of
/// the clock: once that is past, it is like a client never seen.
class Rate {
 public:
  Rate() = default;
  explicit Rate(const RateSettings& settings) noexcept {
    if (settings.per_second <= 0) return;
    each_ = kSecond / settings.per_second;
    const double burst = settings.burst != 0 ? static_cast<double>(settings.burst) : std::floor(settings.per_second);
    one_ = std::max<std::int64_t>(std::llround(each_), 1);
    tolerance_ = std::llround(std::max(burst - 1, 0.0) * each_);
  }

  bool limited() const noexcept { return one_ != 0; }
  /// How long until a client may have more; not above zero: it may now.
  std::int64_t wait(std::int64_t owed_until, std::int64_t now) const noexcept { return owed_until - now - tolerance_; }
  /// The client's state once it took one.
  std::int64_t taken(std::int64_t owed_until, std::int64_t now) const noexcept {
    return std::max(owed_until, now) + one_;
  }
  /// The same for many, which it may have taken beyond its burst: the debt is at most a day's.
  std::int64_t taken(std::int64_t owed_until, std::int64_t now, std::uint64_t count) const noexcept {
    const std::int64_t most = now + tolerance_ + kLongestDebt;
    const double cost = static_cast<double>(count) * each_;
    if (cost >= static_cast<double>(kLongestDebt)) return most;
    return std::min(std::max(owed_until, now) + static_cast<std::int64_t>(cost), most);
  }

 private:
  static constexpr double kSecond = 1e9;
  static constexpr std::int64_t kLongestDebt = 86'400 * std::int64_t{1'000'000'000};

  double each_ = 0;             ///< ns
  std::int64_t one_ = 0;        ///< the same, whole; 0: no limit
  std::int64_t tolerance_ = 0;  ///< ns a client may owe and still have more
};

}  // namespace pelton::api
