#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

/// What HTTP's grammar says of single bytes (RFC 9110, section 5.6; RFC 3986, section 2).
namespace pelton::http::ascii {

enum Class : std::uint8_t {
  kToken = 1,   ///< tchar: methods and header names
  kTarget = 2,  ///< visible ASCII that a request target may hold, '%' included; not '#', not '\\'
  kHost = 4,    ///< of a registered name in Host; not ',' (lists), not '@', not '/'
  kDigit = 8,
  kHex = 16,
  kValue = 32,  ///< of a header's value: visible, space, tab and bytes above 0x7F
};

consteval std::array<std::uint8_t, 256> make_classes() {
  std::array<std::uint8_t, 256> classes{};
  const auto mark = [&](std::string_view set, std::uint8_t bits) {
    for (const char c : set) classes[static_cast<unsigned char>(c)] |= bits;
  };
  for (unsigned c = 0x21; c < 0x7F; ++c) classes[c] |= kTarget | kValue;
  for (unsigned c = 0x80; c < 0x100; ++c) classes[c] |= kValue;
  mark(" \t", kValue);
  for (const char outside : std::string_view("#\\")) {
    classes[static_cast<unsigned char>(outside)] &= static_cast<std::uint8_t>(~kTarget);
  }
  for (unsigned c = 'a'; c <= 'z'; ++c) classes[c] |= kToken | kHost;
  for (unsigned c = 'A'; c <= 'Z'; ++c) classes[c] |= kToken | kHost;
  mark("0123456789", kToken | kHost | kDigit | kHex);
  mark("abcdefABCDEF", kHex);
  mark("!#$%&'*+-.^_`|~", kToken);
  mark("-._~%!$&'()*+;=", kHost);
  return classes;
}

inline constexpr std::array<std::uint8_t, 256> kClasses = make_classes();

constexpr bool is(char c, std::uint8_t classes) noexcept {
  return (kClasses[static_cast<unsigned char>(c)] & classes) != 0;
}

constexpr char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

/// The value of a hexadecimal digit.
constexpr unsigned hex(char c) noexcept { return static_cast<unsigned>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10); }

/// Whether `text` is `lowered` but for case; `lowered` is lower case already.
constexpr bool same(std::string_view text, std::string_view lowered) noexcept {
  if (text.size() != lowered.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (lower(text[i]) != lowered[i]) return false;
  }
  return true;
}

/// Whether two texts are the same but for case.
constexpr bool same_folded(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

/// `text` without spaces and tabs at its ends.
constexpr std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// Takes the next element off a comma-separated list, trimmed; `list` becomes the rest.
constexpr std::string_view next_element(std::string_view& list) noexcept {
  const std::size_t comma = list.find(',');
  const std::string_view element = trimmed(list.substr(0, comma));
  list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
  return element;
}

}  // namespace pelton::http::ascii
