#pragma once

#include <bit>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "operators/by_type.hpp"

/// Casts between numbers, the same on every machine.
namespace pelton::operators {

template <class T>
inline constexpr bool kIsHalf = std::same_as<T, tensor::Float16> || std::same_as<T, tensor::BFloat16>;
template <class T>
inline constexpr bool kIsFloat = std::floating_point<T> || kIsHalf<T>;

/// The float before a number on the way from zero, made odd where it is not exact: rounded on to a half
/// float, it is what the number would have been rounded to at once.
template <std::floating_point Wide>
float rounded_to_odd(Wide value) noexcept {
  const float nearest = static_cast<float>(value);
  if (static_cast<Wide>(nearest) == value || value != value || std::isinf(nearest)) return nearest;
  std::uint32_t bits = std::bit_cast<std::uint32_t>(nearest);
  if (std::abs(static_cast<Wide>(nearest)) > std::abs(value)) --bits;  // magnitudes are in the order of their bits
  return std::bit_cast<float>(bits | 1U);
}

/// Toward zero. What lies outside of the integer type is what x86 makes of it: through int32 where the
/// type is narrower or is int32, through int64 else, of which NaN and whatever does not fit become the
/// least; then the low bits are kept. uint64 takes numbers up to 2^64 and wraps negative ones.
template <std::integral To, std::floating_point From>
To toward_zero(From value) noexcept {
  using Through = std::conditional_t<(sizeof(To) < 4 || std::same_as<To, std::int32_t>), std::int32_t, std::int64_t>;
  constexpr From kBound = sizeof(Through) == 4 ? From{0x1p31} : From{0x1p63};
  const From whole = std::trunc(value);
  if (whole >= -kBound && whole < kBound) return static_cast<To>(static_cast<Through>(whole));
  if constexpr (std::same_as<To, std::uint64_t>) {
    if (whole >= kBound && whole < From{0x1p64}) return static_cast<To>(whole);
  }
  return static_cast<To>(std::numeric_limits<Through>::min());
}

/// ONNX's Cast of one number. To bool: whether it is not 0 (NaN is not). Between integers the low bits
/// are kept; to floating point it rounds to nearest, once.
template <class To, class From>
To converted(From value) noexcept {
  if constexpr (std::same_as<To, From>) {
    return value;
  } else if constexpr (kIsHalf<From>) {
    return converted<To>(static_cast<float>(value));
  } else if constexpr (std::same_as<To, bool>) {
    return value != From{0};
  } else if constexpr (std::integral<To> && std::floating_point<From>) {
    return toward_zero<To>(value);
  } else if constexpr (kIsHalf<To> && (std::same_as<From, double> || std::same_as<From, long double>)) {
    return To(rounded_to_odd(value));
  } else if constexpr (kIsHalf<To> && std::integral<From>) {
    return To(rounded_to_odd(static_cast<long double>(value)));  // whose 64 bits hold every integer
  } else {
    return static_cast<To>(value);
  }
}

}  // namespace pelton::operators
