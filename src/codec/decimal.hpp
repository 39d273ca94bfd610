#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

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

/// The end of a scan whose literal goes on with an exponent at `e`: what stands before it is
/// mantissa×10^exponent. `first` is the literal's beginning.
ScannedNumber scan_exponent(const char* first, const char* e, const char* last, std::uint64_t mantissa,
                            int exponent) noexcept;

/// The decimal mantissa×10^exponent as a double where that can be settled cheaply and for certain;
/// false where it takes exact arithmetic. The result is never negative.
///
/// Up to 2^53 both mantissa and power of ten are doubles and one rounding is exact (Clinger, "How to
/// read floating point numbers accurately", 1990). Beyond, the mantissa times the power's leading
/// 64 bits brackets the product (after Lemire, "Number parsing at a gigabyte per second", 2021): its
/// rounding is certain unless a halfway point lies within the bracket.
[[nodiscard]] bool settle_decimal(std::uint64_t mantissa, int exponent, double& value) noexcept;

namespace detail {

inline constexpr int kExactPower = 22;  ///< the greatest power of ten that is a double
inline constexpr int kLeastPower = -80;
inline constexpr int kGreatestPower = 60;
/// floor(10^k × 2^p), with p such that bit 63 is set, for k from kLeastPower to kGreatestPower.
extern const std::array<std::uint64_t, kGreatestPower - kLeastPower + 1> kPowerBits;

inline constexpr std::array<double, kExactPower + 1> kPowers{1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                             1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                                             1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
inline constexpr std::array<std::uint64_t, 8> kWholePowers{1, 10, 100, 1'000, 10'000, 100'000, 1'000'000, 10'000'000};

inline constexpr std::uint64_t kEachByte = 0x0101010101010101U;

inline std::uint64_t load8(const char* p) noexcept {
  std::uint64_t chunk;
  std::memcpy(&chunk, p, sizeof chunk);
  return chunk;
}

/// Bit 7 of each byte that is no digit value, given bytes XORed with '0'. Exact up to and including
/// the first such byte, and beyond it if that byte is below 0x8A.
inline std::uint64_t non_digits(std::uint64_t values) noexcept {
  return ((values + 0x76 * kEachByte) | values) & 0x80 * kEachByte;
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
  return eight_digits(values << (63 - 8 * count) << 1);
}

}  // namespace detail

inline bool settle_decimal(std::uint64_t mantissa, int exponent, double& value) noexcept {
  using namespace detail;
  if (mantissa <= std::uint64_t{1} << 53 && exponent >= -kExactPower && exponent <= kExactPower) {
    const auto whole = static_cast<double>(mantissa);
    value = exponent < 0 ? whole / kPowers[static_cast<std::size_t>(-exponent)]
                         : whole * kPowers[static_cast<std::size_t>(exponent)];
    return true;
  }
  if (mantissa == 0 || exponent < kLeastPower || exponent > kGreatestPower) return false;
  const int lead = std::countl_zero(mantissa);
  const unsigned __int128 product =
      static_cast<unsigned __int128>(mantissa << lead) * kPowerBits[static_cast<std::size_t>(exponent - kLeastPower)];
  // The true product is at least this one and less than 2^64 more. Shifted so that bit 127 is set,
  // its upper word therefore counts 53 bits of the result, then 11 whose doubt is less than 3.
  const auto high = static_cast<std::uint64_t>(product >> 64);
  const int short_by = 1 - static_cast<int>(high >> 63);
  const auto upper = static_cast<std::uint64_t>((product << short_by) >> 64);
  const std::uint64_t rest = upper & 0x7FF;
  if (rest - 0x3FD <= 3) [[unlikely]] {
    return false;
  }
  const std::uint64_t bits = (upper >> 11) + (rest > 0x400 ? 1 : 0);
  // floor(log2(10^e)) is (217706·e) >> 16 for |e| ≤ 350 (Lemire, as above).
  const int exponent2 = ((217706 * exponent) >> 16) - lead - short_by + 12;
  // The leading one adds to the exponent field, and so does a carry out of the rounding.
  value = std::bit_cast<double>((static_cast<std::uint64_t>(exponent2 + 1074) << 52) + bits);
  return true;
}

/// Reads the JSON number literal at `p`, which is below `last`; 64 bytes after `last` are readable
/// (and never used). Exact, as scan_number_exactly is.
inline ScannedNumber scan_number(const char* const p, const char* const last) noexcept {
  using namespace detail;
  constexpr std::uint64_t kZeros = '0' * kEachByte;
  const bool negative = *p == '-';
  const char* const first = p + (negative ? 1 : 0);

  const std::uint64_t head = load8(first) ^ kZeros;
  const std::uint64_t head_ends = non_digits(head);
  if (head_ends == 0) [[unlikely]] {
    return scan_number_exactly(p, last);
  }
  const unsigned whole = static_cast<unsigned>(std::countr_zero(head_ends)) / 8;
  if (whole == 0 || (whole > 1 && (head & 0xFF) == 0)) [[unlikely]] {
    return scan_number_exactly(p, last);
  }
  std::uint64_t mantissa;
  const char* at = first + whole;
  int exponent = 0;
  if (*at != '.') {
    mantissa = leading_digits(head, whole);
  } else {
    const std::uint64_t further_ends = head_ends & (head_ends - 1);
    if (further_ends != 0) {
      // All of it is in the first eight bytes: close the gap where the point is.
      const unsigned stop = static_cast<unsigned>(std::countr_zero(further_ends)) / 8;
      const std::uint64_t before = (std::uint64_t{1} << (8 * whole)) - 1;
      const std::uint64_t joined = (head & before) | ((head >> 8) & ~before);
      if (stop == whole + 1) [[unlikely]] {
        return scan_number_exactly(p, last);
      }
      mantissa = leading_digits(joined, stop - 1);
      exponent = -static_cast<int>(stop - 1 - whole);
      at = first + stop;
    } else {
      mantissa = leading_digits(head, whole);
      const char* const fraction = at + 1;
      at = fraction;
      for (int chunks = 0;; ++chunks) {
        const std::uint64_t chunk = load8(at) ^ kZeros;
        const std::uint64_t ends = non_digits(chunk);
        if (ends == 0) {
          if (chunks == 3) [[unlikely]] {
            return scan_number_exactly(p, last);
          }
          mantissa = mantissa * 100'000'000 + eight_digits(chunk);
          at += 8;
          continue;
        }
        const unsigned count = static_cast<unsigned>(std::countr_zero(ends)) / 8;
        mantissa = mantissa * kWholePowers[count] + leading_digits(chunk, count);
        at += count;
        break;
      }
      exponent = -static_cast<int>(at - fraction);
      // 19 digits fit in 64 bits. A lone zero before the point, and zeros after it, do not count.
      int digits = static_cast<int>(whole) - exponent;
      if (digits > 19) [[unlikely]] {
        if ((head & 0xFF) == 0) {
          --digits;
          for (const char* zero = fraction; *zero == '0'; ++zero) --digits;
        }
        if (digits > 19) return scan_number_exactly(p, last);
      }
    }
  }
  if ((*at | 0x20) == 'e') [[unlikely]] {
    return scan_exponent(p, at, last, mantissa, exponent);
  }
  double value;
  if (at > last || !settle_decimal(mantissa, exponent, value)) [[unlikely]] {
    return scan_number_exactly(p, last);
  }
  return {at, negative ? -value : value, NumberFault::none};
}

}  // namespace pelton::codec
