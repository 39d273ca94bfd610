#include "codec/decimal.hpp"

#include <array>
#include <charconv>
#include <system_error>
#include <utility>

namespace pelton::codec {

namespace {

/// Enough of an unsigned integer for 5^80 and one bit more, least significant word first.
struct Wide {
  std::array<std::uint32_t, 6> words{};

  constexpr void multiply(std::uint32_t factor) {
    std::uint64_t carry = 0;
    for (std::uint32_t& word : words) {
      carry += static_cast<std::uint64_t>(word) * factor;
      word = static_cast<std::uint32_t>(carry);
      carry >>= 32;
    }
  }
  constexpr void twice() { multiply(2); }
  constexpr bool at_least(const Wide& other) const {
    for (std::size_t i = words.size(); i-- > 0;) {
      if (words[i] != other.words[i]) return words[i] > other.words[i];
    }
    return true;
  }
  constexpr void subtract(const Wide& other) {
    std::uint64_t borrow = 0;
    for (std::size_t i = 0; i < words.size(); ++i) {
      const std::uint64_t difference = std::uint64_t{words[i]} - other.words[i] - borrow;
      words[i] = static_cast<std::uint32_t>(difference);
      borrow = difference >> 63;
    }
  }
  /// The 64 bits from the leading one on.
  constexpr std::uint64_t leading_bits() const {
    Wide shifted = *this;
    while ((shifted.words.back() >> 31) == 0) shifted.twice();
    return std::uint64_t{shifted.words[5]} << 32 | shifted.words[4];
  }
};

constexpr Wide power_of_five(int n) {
  Wide power{{1}};
  for (int i = 0; i < n; ++i) power.multiply(5);
  return power;
}

/// The leading 64 bits of 1/5^n, n > 0, by long division in base two.
constexpr std::uint64_t reciprocal_bits(int n) {
  const Wide divisor = power_of_five(n);
  Wide remainder{{1}};
  std::uint64_t quotient = 0;
  while ((quotient >> 63) == 0) {
    remainder.twice();
    quotient <<= 1;
    if (remainder.at_least(divisor)) {
      remainder.subtract(divisor);
      quotient |= 1;
    }
  }
  return quotient;
}

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// What the walk over a literal learns: enough for settle_decimal where 19 digits hold it all.
struct Walk {
  std::uint64_t mantissa = 0;
  int digits = 0;              ///< significant ones in the mantissa, at most 19
  bool whole = true;           ///< no digit but zeros had to be left out
  std::int64_t exponent = 0;   ///< of the mantissa's last digit
  std::int64_t magnitude = 0;  ///< digits before the point if positive, zeros after it if negative

  void take(char c, bool fraction) noexcept {
    if (digits == 0 && c == '0') {
      exponent -= fraction ? 1 : 0;
      magnitude -= fraction ? 1 : 0;
      return;
    }
    magnitude += fraction ? 0 : 1;
    if (digits == 19) {
      whole = whole && c == '0';
      exponent += fraction ? 0 : 1;
      return;
    }
    ++digits;
    mantissa = mantissa * 10 + static_cast<std::uint64_t>(c - '0');
    exponent -= fraction ? 1 : 0;
  }
};

/// Reads sign and digits of an exponent at `p`; null if there are none. Values stop growing where
/// every double has long been left.
const char* walk_exponent(const char* p, const char* last, std::int64_t& exponent) noexcept {
  const bool negative = p != last && *p == '-';
  if (p != last && (*p == '-' || *p == '+')) ++p;
  if (p == last || !is_digit(*p)) return nullptr;
  std::int64_t value = 0;
  for (; p != last && is_digit(*p); ++p) {
    if (value < 1'000'000'000'000) value = value * 10 + (*p - '0');
  }
  exponent = negative ? -value : value;
  return p;
}

/// The value of a literal known to be well-formed, by the library's exact conversion.
ScannedNumber convert(const char* first, const char* end, bool great) noexcept {
  double value = 0;
  const std::from_chars_result read = std::from_chars(first, end, value);
  if (read.ec == std::errc::result_out_of_range) {
    // The library does not tell too great from too small.
    if (great) return {end, 0, NumberFault::out_of_range};
    value = *first == '-' ? -0.0 : 0.0;
  }
  return {end, value, NumberFault::none};
}

}  // namespace

namespace detail {

namespace {

/// A constant each: compilers bound the work of one constant's evaluation.
template <int kPower>
constexpr std::uint64_t kBitsOf = kPower < 0 ? reciprocal_bits(-kPower) : power_of_five(kPower).leading_bits();

template <std::size_t... kIndex>
constexpr std::array<std::uint64_t, sizeof...(kIndex)> all_bits(std::index_sequence<kIndex...>) {
  return {kBitsOf<static_cast<int>(kIndex) + kLeastPower>...};
}

}  // namespace

constinit const std::array<std::uint64_t, kGreatestPower - kLeastPower + 1> kPowerBits =
    all_bits(std::make_index_sequence<kGreatestPower - kLeastPower + 1>());

}  // namespace detail

ScannedNumber scan_number_exactly(const char* const first, const char* const last) noexcept {
  const char* p = first;
  const auto malformed = [&] { return ScannedNumber{p, 0, NumberFault::malformed}; };
  if (p != last && *p == '-') ++p;
  if (p == last || !is_digit(*p)) return malformed();
  Walk walk;
  if (*p == '0') {
    ++p;
    if (p != last && is_digit(*p)) return malformed();
  } else {
    for (; p != last && is_digit(*p); ++p) walk.take(*p, false);
  }
  if (p != last && *p == '.') {
    ++p;
    if (p == last || !is_digit(*p)) return malformed();
    for (; p != last && is_digit(*p); ++p) walk.take(*p, true);
  }
  std::int64_t exponent = 0;
  if (p != last && (*p | 0x20) == 'e') {
    const char* const end = walk_exponent(p + 1, last, exponent);
    if (end == nullptr) {
      ++p;
      return malformed();
    }
    p = end;
  }
  const std::int64_t power = walk.exponent + exponent;
  double value;
  if (walk.whole && power >= detail::kLeastPower && power <= detail::kGreatestPower &&
      settle_decimal(walk.mantissa, static_cast<int>(power), value)) {
    return {p, *first == '-' ? -value : value, NumberFault::none};
  }
  return convert(first, p, walk.magnitude + exponent > 0);
}

}  // namespace pelton::codec
