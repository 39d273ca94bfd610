#include "formats/lightgbm/numbers.hpp"

#include <algorithm>

namespace pelton::formats::lightgbm {

namespace {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// Takes the digits at the front of `text`; returns how many there were.
std::size_t take_digits(std::string_view& text, double& value) noexcept {
  std::size_t count = 0;
  for (; !text.empty() && is_digit(text.front()); ++count, text.remove_prefix(1))
    value = value * 10.0 + (text.front() - '0');
  return count;
}

/// 10^n, multiplied up as LightGBM does (exact up to 10^22).
double power_of_ten(std::size_t n) noexcept {
  double power = 1;
  for (std::size_t i = 0; i < std::min<std::size_t>(n, 400); ++i) power *= 10.0;
  return power;
}

}  // namespace

bool read_parameter(std::string_view text, double& value) noexcept {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  value = 0;
  std::size_t digits = take_digits(text, value);
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    double fraction = 0;
    const std::size_t count = take_digits(text, fraction);
    value += fraction / power_of_ten(count);
    digits += count;
  }
  if (digits == 0) return false;
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    const bool below = text.starts_with('-');
    if (below || text.starts_with('+')) text.remove_prefix(1);
    double exponent = 0;
    if (take_digits(text, exponent) == 0) return false;
    const double scale = power_of_ten(static_cast<std::size_t>(std::min(exponent, 308.0)));
    value = below ? value / scale : value * scale;
  }
  if (negative) value = -value;
  return text.empty();
}

}  // namespace pelton::formats::lightgbm
