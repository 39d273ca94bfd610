#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "codec/settle_decimal.hpp"

namespace pelton::codec {

/// How a JSON number literal reads.
enum class NumberFault : std::uint8_t {
  none,
  malformed,     ///< not RFC 8259's grammar
  out_of_range,  ///< well-formed; its nearest double would be infinite
};

struct ScannedNumber {
  const char* end;  ///< after the literal; where a malformed one went wrong
  double value;     ///< the nearest double, ties to even; unspecified unless fault is none
  NumberFault fault;
};

/// Reads the JSON number literal that begins at `first`, byte by byte, never beyond `last`. Exact
/// for every literal of any length. The way for what the fast scan below does not decide.
ScannedNumber scan_number_exactly(const char* first, const char* last) noexcept;

namespace detail {

inline constexpr std::array<std::uint64_t, 9> kWholePowers{1,       10,        100,        1'000,      10'000,
                                                           100'000, 1'000'000, 10'000'000, 100'000'000};

inline constexpr std::array<double, 8> kPowers{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7};

inline constexpr std::uint64_t kEachByte = 0x0101010101010101U;

inline std::uint64_t load8(const char* p) noexcept {
  std::uint64_t chunk;
  std::memcpy(&chunk, p, sizeof chunk);
  return chunk;
}

/// The number that eight digit values spell, most significant in the lowest byte.
inline std::uint64_t eight_digits(std::uint64_t values) noexcept {
  values = values * 10 + (values >> 8);
  return (((values & 0x000000FF000000FFU) * 0x000F424000000064U) +
          (((values >> 16) & 0x000000FF000000FFU) * 0x0000271000000001U)) >>
         32;
}

/// The number that the first `count` (0 to 8) digit values spell.
inline std::uint64_t leading_digits(std::uint64_t values, unsigned count) noexcept {
  return eight_digits(values << (32 - 4 * count) << (32 - 4 * count));
}

/// Bit 7 of each byte that is no digit value, given bytes XORed with '0'. Exact up to and including
/// the first such byte, and beyond it if that byte is below 0x8A.
inline std::uint64_t non_digits(std::uint64_t values) noexcept {
  return ((values + 0x76 * kEachByte) | values) & 0x80 * kEachByte;
}

/// The digit values at `p`, or what stands there instead.
inline std::uint64_t digits_at(const char* p) noexcept { return load8(p) ^ '0' * kEachByte; }

/// How many digits lie before the first of `non_digits`' bits: 8 where there is none.
inline unsigned count_before(std::uint64_t ends) noexcept { return static_cast<unsigned>(std::countr_zero(ends)) / 8; }

/// A literal's value and its end; null where the fast scan does not decide.
struct FastNumber {
  const char* end;
  double value;
};

/// Digits, a point and digits, `head` the first eight characters of it and the first of `ends` the
/// point: the point is taken out.
inline std::uint64_t without_point(std::uint64_t head, std::uint64_t ends) noexcept {
  const std::uint64_t before = (ends ^ (ends - 1)) >> 8;
  return (((head >> 8) ^ head) & before) ^ (head >> 8);
}

/// More than eight characters: up to seven digits, a point and further digits. Without branches on
/// lengths: those of shortest doubles cannot be foreseen.
inline FastNumber scan_long(const char* first, std::uint64_t head, std::uint64_t ends) noexcept {
  const std::uint64_t second = digits_at(first + 8);
  const std::uint64_t third = digits_at(first + 16);
  const unsigned in_second = count_before(non_digits(second));
  const unsigned in_third = count_before(non_digits(third)) & -(in_second >> 3);
  std::uint64_t mantissa = eight_digits(without_point(head, ends) << 8);
  mantissa = mantissa * kWholePowers[in_second] + leading_digits(second, in_second);
  mantissa = mantissa * kWholePowers[in_third] + leading_digits(third, in_third);
  const unsigned rest = in_second + in_third;
  if (rest > 12) [[unlikely]] {
    if (in_third == 8) return {nullptr, 0};
    // 19 digits fit in 64 bits. A lone zero before the point, and zeros after it, do not count.
    unsigned digits = rest + 7;
    if (*first == '0') {
      --digits;
      for (const char* zero = first + 2; *zero == '0'; ++zero) --digits;
    }
    if (digits > 19) return {nullptr, 0};
  }
  const unsigned fraction = rest + 7 - count_before(ends);
  double value;
  // Seven digits and a point with nothing behind it are no number.
  if (fraction == 0 || !settle_decimal(mantissa, -static_cast<int>(fraction), value)) [[unlikely]] {
    return {nullptr, 0};
  }
  return {first + 8 + rest, value};
}

/// The literal behind the sign, up to an exponent. Up to seven digits and a point are settled by one
/// exact rounding, as mantissa and power of ten are doubles (Clinger, "How to read floating point
/// numbers accurately", 1990).
inline FastNumber scan_fast(const char* first) noexcept {
  const std::uint64_t head = digits_at(first);
  const std::uint64_t ends = non_digits(head);
  const unsigned whole = count_before(ends);
  const bool regular = whole - 1 < 7 && (whole == 1 || (head & 0xFF) != 0);
  if (!regular) [[unlikely]] {
    return {nullptr, 0};
  }
  if (first[whole] != '.') return {first + whole, static_cast<double>(static_cast<int>(leading_digits(head, whole)))};
  const std::uint64_t further_ends = ends & (ends - 1);
  if (further_ends == 0) return scan_long(first, head, ends);
  const unsigned stop = count_before(further_ends);
  const unsigned fraction = stop - whole - 1;
  if (fraction == 0) [[unlikely]] {
    return {nullptr, 0};
  }
  const auto mantissa = static_cast<int>(eight_digits(without_point(head, ends) << (72 - 8 * stop)));
  return {first + stop, static_cast<double>(mantissa) / kPowers[fraction]};
}

}  // namespace detail

/// Whether a number may begin so. One comparison for signs and digits alike: signs come as they like, and a
/// branch on them would be foreseen wrongly half of the time. The point and the slash between them begin no
/// literal: the scan refuses them.
inline bool may_begin_number(char c) noexcept { return static_cast<unsigned char>(c - '-') <= '9' - '-'; }

/// Reads the JSON number literal at `p`, which is below `last`; 64 bytes after `last` are readable
/// (and never used). Exact, as scan_number_exactly is.
inline ScannedNumber scan_number(const char* const p, const char* const last) noexcept {
  const unsigned negative = *p == '-' ? 1 : 0;
  const detail::FastNumber number = detail::scan_fast(p + negative);
  if (number.end == nullptr || number.end > last || (*number.end | 0x20) == 'e') [[unlikely]] {
    return scan_number_exactly(p, last);
  }
  const std::uint64_t sign = std::uint64_t{negative} << 63;
  return {number.end, std::bit_cast<double>(std::bit_cast<std::uint64_t>(number.value) | sign), NumberFault::none};
}

}  // namespace pelton::codec
