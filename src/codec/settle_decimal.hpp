#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace pelton::codec {

/// The decimal mantissa×10^exponent as a double where that can be settled cheaply and for certain;
/// false where it takes exact arithmetic. The result is never negative.
///
/// The mantissa times the power's leading 64 bits brackets the product (after Lemire, "Number parsing
/// at a gigabyte per second", 2021); its rounding is certain unless a halfway point lies within the
/// bracket, which is rare. Exponents are kept so that no result is subnormal or infinite.
[[nodiscard]] bool settle_decimal(std::uint64_t mantissa, int exponent, double& value) noexcept;

namespace detail {

inline constexpr int kLeastPower = -80;
inline constexpr int kGreatestPower = 60;
/// floor(10^k × 2^p), with p such that bit 63 is set, for k from kLeastPower to kGreatestPower.
extern const std::array<std::uint64_t, kGreatestPower - kLeastPower + 1> kPowerBits;

}  // namespace detail

inline bool settle_decimal(std::uint64_t mantissa, int exponent, double& value) noexcept {
  using namespace detail;
  if (exponent < kLeastPower || exponent > kGreatestPower) [[unlikely]] {
    return false;
  }
  const int lead = std::countl_zero(mantissa | 1);
  const unsigned __int128 product =
      static_cast<unsigned __int128>(mantissa << lead) * kPowerBits[static_cast<std::size_t>(exponent - kLeastPower)];
  // The true product is at least this one and less than 2^64 more. Shifted so that bit 127 is set,
  // its upper word therefore counts 53 bits of the result, then 11 whose doubt is less than 3.
  const auto high = static_cast<std::uint64_t>(product >> 64);
  const int short_by = 1 - static_cast<int>(high >> 63);
  const std::uint64_t below = static_cast<std::uint64_t>(product) >> 63 & static_cast<std::uint64_t>(short_by);
  const std::uint64_t upper = high << short_by | below;
  const std::uint64_t rest = upper & 0x7FF;
  if (rest - 0x3FD <= 3) [[unlikely]] {
    return false;
  }
  const std::uint64_t significand = (upper >> 11) + (rest > 0x400 ? 1 : 0);
  // floor(log2(10^e)) is (217706·e) >> 16 for |e| ≤ 350 (Lemire, as above).
  const int exponent2 = ((217706 * exponent) >> 16) - lead - short_by + 12;
  // The leading one adds to the exponent field, and so does a carry out of the rounding.
  const std::uint64_t bits = (static_cast<std::uint64_t>(exponent2 + 1074) << 52) + significand;
  value = std::bit_cast<double>(mantissa == 0 ? 0 : bits);
  return true;
}

}  // namespace pelton::codec
