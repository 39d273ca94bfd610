#pragma once

#include <cstdint>

namespace pelton::formats::document {

/// The integer that a double is exactly; false where it is none, or beyond ±2^53.
inline bool to_whole(double value, std::int64_t& whole) noexcept {
  constexpr double kExact = 9007199254740992.0;
  if (!(value >= -kExact && value <= kExact)) return false;
  whole = static_cast<std::int64_t>(value);
  return static_cast<double>(whole) == value;
}

}  // namespace pelton::formats::document
