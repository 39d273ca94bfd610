#pragma once

#include <charconv>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <system_error>

namespace pelton::codec::v2 {

/// 2^53: beyond it a double may stand for several integers.
inline constexpr double kGreatestWhole = 9007199254740992.0;

/// Whether the integer that `literal` spells is exactly `value`.
inline bool spells(std::string_view literal, double value) {
  const char* const end = literal.data() + literal.size();
  std::int64_t signed_number = 0;
  if (std::from_chars(literal.data(), end, signed_number).ptr == end) {
    return std::fabs(value) < 0x1p63 && static_cast<std::int64_t>(value) == signed_number;
  }
  std::uint64_t number = 0;
  const auto [stop, failure] = std::from_chars(literal.data(), end, number);
  return stop == end && failure == std::errc() && value >= 0 && value < 0x1p64 &&
         static_cast<std::uint64_t>(value) == number;
}

}  // namespace pelton::codec::v2
