#pragma once

#include <charconv>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "formats/lightgbm/lines.hpp"

namespace pelton::formats::lightgbm {

/// Reads one number that fills `text`; false if it is none, or out of T's range.
template <class T>
bool read_number(std::string_view text, T& value) noexcept {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

/// The line's value as one number of at least `least` and at most `most`.
template <class T>
core::Result<T> read_number(const Line& line, T least, T most) {
  T value{};
  if (!read_number(line.value, value) || value < least || value > most) {
    return fault(line,
                 quoted(line.value) + " is no number from " + std::to_string(least) + " to " + std::to_string(most));
  }
  return value;
}

/// Reads the line's value, numbers between spaces, into `out`: exactly `count`, or it is a fault.
/// Nothing is allocated before the text is known to be long enough for so many.
template <class T>
core::Result<void> read_numbers(const Line& line, std::size_t count, std::vector<T>& out) {
  const auto wrong_count = [&](const std::string& found) {
    return fault(line, "has " + found + " numbers, not the " + std::to_string(count) + " that there should be");
  };
  if (line.value.size() / 2 + 1 < count) return wrong_count("fewer");
  out.resize(count);
  const char* at = line.value.data();
  const char* const end = at + line.value.size();
  for (std::size_t i = 0;; ++i) {
    while (at != end && *at == ' ') ++at;
    if (at == end) return i == count ? core::Result<void>() : wrong_count(std::to_string(i));
    if (i == count) return wrong_count("more");
    const auto [stop, error] = std::from_chars(at, end, out[i]);
    if (error != std::errc() || (stop != end && *stop != ' ')) {
      const std::string_view rest(at, static_cast<std::size_t>(end - at));
      return fault(line, quoted(rest.substr(0, rest.find(' '))) + " is not a number it can hold");
    }
    at = stop;
  }
}

/// A decimal as LightGBM reads an objective's parameters: digit by digit in double, not always
/// correctly rounded (Common::Atof in its utils/common.h). False if the text is no decimal.
bool read_parameter(std::string_view text, double& value) noexcept;

}  // namespace pelton::formats::lightgbm
