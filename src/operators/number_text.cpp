#include "operators/number_text.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include "core/printable.hpp"
#include "operators/convert.hpp"

namespace pelton::operators {
namespace {

using tensor::Failure;

std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view kBlanks = " \t\n\r\f\v";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_word(std::string_view text, std::string_view word) noexcept {
  return std::equal(text.begin(), text.end(), word.begin(), word.end(), [](char a, char b) { return lower(a) == b; });
}

[[noreturn]] void is_no(std::string_view what, std::string_view text) {
  throw Failure("text \"" + core::printable(text) + "\" is no " + std::string(what));
}

/// Whether a decimal literal too extreme for a double is so for being great: by the power of ten of its
/// first digit that is not 0.
bool is_great(std::string_view literal) noexcept {
  const std::size_t mark = std::min(literal.find_first_of("eE"), literal.size());
  const std::string_view digits = literal.substr(0, mark);
  const std::size_t point = std::min(digits.find('.'), digits.size());
  const std::size_t first = digits.find_first_of("123456789");
  if (first == std::string_view::npos) return false;
  const auto ahead = static_cast<std::int64_t>(point) - static_cast<std::int64_t>(first);
  std::int64_t exponent = 0;
  if (mark < literal.size()) {
    const bool plus = literal[mark + 1] == '+';
    const std::string_view power = literal.substr(mark + (plus ? 2 : 1));
    const auto read = std::from_chars(power.data(), power.data() + power.size(), exponent);
    if (read.ec == std::errc::result_out_of_range) return power.front() != '-';
  }
  return exponent > -ahead;
}

/// The digits behind a sign. False where they are no number.
bool read_magnitude(std::string_view text, double& value) noexcept {
  if (is_word(text, "inf") || is_word(text, "infinity")) {
    value = std::numeric_limits<double>::infinity();
    return true;
  }
  if (is_word(text, "nan")) {
    value = std::numeric_limits<double>::quiet_NaN();
    return true;
  }
  if (text.empty() || !(text.front() == '.' || (text.front() >= '0' && text.front() <= '9'))) return false;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (read.ptr != end || read.ec == std::errc::invalid_argument) return false;
  if (read.ec == std::errc::result_out_of_range) value = is_great(text) ? HUGE_VAL : 0.0;
  return true;
}

}  // namespace

std::string_view write_number(double value, NumberText& room) noexcept {
  constexpr int kDigits = 8;
  if (value != value) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-INF" : "INF";
  const auto written =
      std::to_chars(room.data(), room.data() + room.size(), value, std::chars_format::general, kDigits);
  return {room.data(), static_cast<std::size_t>(written.ptr - room.data())};
}

template <std::integral T>
std::string_view write_number(T value, NumberText& room) noexcept {
  if constexpr (std::same_as<T, bool>) {
    return value ? "1" : "0";
  } else {
    const auto written = std::to_chars(room.data(), room.data() + room.size(), value);
    return {room.data(), static_cast<std::size_t>(written.ptr - room.data())};
  }
}

double read_number(std::string_view text) {
  const std::string_view literal = trimmed(text);
  const bool negative = literal.starts_with('-');
  const bool sign = negative || literal.starts_with('+');
  double value = 0;
  if (!read_magnitude(literal.substr(sign ? 1 : 0), value)) is_no("number", text);
  return negative ? -value : value;
}

template <std::integral T>
T read_integer(std::string_view text) {
  std::string_view literal = trimmed(text);
  if constexpr (std::same_as<T, bool>) {
    if (is_word(literal, "true")) return true;
    if (is_word(literal, "false")) return false;
    return read_number(text) != 0;
  } else {
    if (literal.starts_with('+') && literal.size() > 1 && literal[1] != '-') literal.remove_prefix(1);
    T value = 0;
    const char* const end = literal.data() + literal.size();
    const auto read = std::from_chars(literal.data(), end, value);
    if (read.ptr == end && read.ec == std::errc()) return value;
    const double number = std::trunc(read_number(text));
    const double bound = std::ldexp(1.0, std::numeric_limits<T>::digits);
    const bool fits = std::is_signed_v<T> ? number >= -bound && number < bound : number >= 0 && number < bound;
    if (!fits || read.ec == std::errc::result_out_of_range) is_no("integer of its type", text);
    return toward_zero<T>(number);
  }
}

#define PELTON_INTEGER_TEXT(T)                                        \
  template std::string_view write_number<T>(T, NumberText&) noexcept; \
  template T read_integer<T>(std::string_view)

PELTON_INTEGER_TEXT(bool);
PELTON_INTEGER_TEXT(std::int8_t);
PELTON_INTEGER_TEXT(std::int16_t);
PELTON_INTEGER_TEXT(std::int32_t);
PELTON_INTEGER_TEXT(std::int64_t);
PELTON_INTEGER_TEXT(std::uint8_t);
PELTON_INTEGER_TEXT(std::uint16_t);
PELTON_INTEGER_TEXT(std::uint32_t);
PELTON_INTEGER_TEXT(std::uint64_t);

#undef PELTON_INTEGER_TEXT

}  // namespace pelton::operators
