#include "codec/record_ends.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace pelton::codec {

namespace {

/// The first `c` of text[from, to), or `to`.
std::size_t find_byte(std::string_view text, char c, std::size_t from, std::size_t to) noexcept {
  if (from >= to) return to;
  const void* const found = std::memchr(text.data() + from, c, to - from);
  return found == nullptr ? to : static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

constexpr bool ends_scalar(char c) noexcept {
  return c == ',' || c == ']' || c == '}' || c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/// By byte: whether it opens, closes or quotes, so that a search must look at it.
constexpr std::array<bool, 256> kStructural = [] {
  std::array<bool, 256> table{};
  for (const char c : {'[', ']', '{', '}', '"'}) table[static_cast<unsigned char>(c)] = true;
  return table;
}();

/// The end of a list that holds neither strings nor further lists or objects: what rows mostly are.
std::size_t plain_list_end(std::string_view text) noexcept {
  const std::size_t close = find_byte(text, ']', 1, text.size());
  if (close == text.size()) return kUnknown;
  for (const char c : {'"', '[', '{', '}'}) {
    if (find_byte(text, c, 1, close) != close) return kUnknown;
  }
  return close + 1;
}

}  // namespace

bool CsvRecordEnd::find_quote_end(std::string_view text) noexcept {
  while (quoted_) {
    at_ = find_byte(text, '"', at_, text.size());
    if (text.size() - at_ < 2) return false;  // none, or one that may yet prove doubled
    quoted_ = text[at_ + 1] == '"';
    at_ += quoted_ ? 2 : 1;
  }
  return true;
}

std::size_t CsvRecordEnd::find(std::string_view text) noexcept {
  if (quoted_ && !find_quote_end(text)) return kUnknown;
  std::size_t newline = find_byte(text, '\n', at_, text.size());
  for (;;) {
    at_ = find_byte(text, '"', at_, newline);
    if (at_ == newline) return newline == text.size() ? kUnknown : newline + 1;
    quoted_ = at_ == 0 || text[at_ - 1] == ',';
    ++at_;
    if (!find_quote_end(text)) return kUnknown;
    if (at_ > newline) newline = find_byte(text, '\n', at_, text.size());
  }
}

std::size_t LineEnd::find(std::string_view text) noexcept {
  at_ = find_byte(text, '\n', at_, text.size());
  return at_ == text.size() ? kUnknown : at_ + 1;
}

bool JsonValueEnd::find_string_end(std::string_view text) noexcept {
  for (; at_ < text.size(); ++at_) {
    if (text[at_] == '"') {
      in_string_ = false;
      ++at_;
      return true;
    }
    if (text[at_] == '\\') {
      if (text.size() - at_ < 2) return false;
      ++at_;
    }
  }
  return false;
}

std::size_t JsonValueEnd::find(std::string_view text) noexcept {
  if (at_ == 0 && text.starts_with('[')) {
    if (const std::size_t end = plain_list_end(text); end != kUnknown) return end;
  }
  if (in_string_) {
    if (!find_string_end(text)) return kUnknown;
    if (depth_ == 0) return at_;
  }
  while (at_ < text.size()) {
    const char c = text[at_];
    if (depth_ == 0 && at_ != 0 && ends_scalar(c)) return at_;
    ++at_;
    if (!kStructural[static_cast<unsigned char>(c)]) continue;
    if (c == '"') {
      in_string_ = true;
      if (!find_string_end(text)) return kUnknown;
    } else if (c == '[' || c == '{') {
      ++depth_;
    } else if (depth_ != 0) {
      --depth_;
    }
    if (depth_ == 0) return at_;
  }
  return kUnknown;
}

}  // namespace pelton::codec
