#include "formats/onnx/feature_names.hpp"

#include <charconv>
#include <cstdint>

#include "core/text_buffer.hpp"
#include "core/utf8.hpp"

namespace pelton::formats::onnx {
namespace {

/// What is left of the list.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}

  void skip_space() {
    while (!rest_.empty() &&
           (rest_.front() == ' ' || rest_.front() == '\n' || rest_.front() == '\r' || rest_.front() == '\t')) {
      rest_.remove_prefix(1);
    }
  }
  bool take(char c) {
    skip_space();
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool done() {
    skip_space();
    return rest_.empty();
  }
  /// A quoted text with its escapes.
  bool take_text(std::string& out);

 private:
  bool take_escape(std::string& out);
  bool take_unit(std::uint32_t& unit);

  std::string_view rest_;
};

bool Cursor::take_text(std::string& out) {
  const char quote = take('"') ? '"' : '\'';
  if (quote == '\'' && !take('\'')) return false;
  while (!rest_.empty() && rest_.front() != quote) {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    if (static_cast<unsigned char>(c) < ' ') return false;
    if (c != '\\') {
      out += c;
    } else if (!take_escape(out)) {
      return false;
    }
  }
  if (rest_.empty()) return false;
  rest_.remove_prefix(1);
  return true;
}

bool Cursor::take_unit(std::uint32_t& unit) {
  constexpr std::size_t kDigits = 4;
  if (rest_.size() < kDigits) return false;
  const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + kDigits, unit, 16);
  if (error != std::errc() || end != rest_.data() + kDigits) return false;
  rest_.remove_prefix(kDigits);
  return true;
}

bool Cursor::take_escape(std::string& out) {
  if (rest_.empty()) return false;
  const char c = rest_.front();
  rest_.remove_prefix(1);
  switch (c) {
    case 'b': out += '\b'; return true;
    case 'f': out += '\f'; return true;
    case 'n': out += '\n'; return true;
    case 'r': out += '\r'; return true;
    case 't': out += '\t'; return true;
    case '"':
    case '\'':
    case '\\':
    case '/': out += c; return true;
    case 'u': break;
    default: return false;
  }
  std::uint32_t scalar = 0;
  if (!take_unit(scalar)) return false;
  if (scalar >= 0xDC00 && scalar <= 0xDFFF) return false;
  if (scalar >= 0xD800 && scalar <= 0xDBFF) {  // the first half of a pair
    std::uint32_t low = 0;
    if (rest_.substr(0, 2) != "\\u") return false;
    rest_.remove_prefix(2);
    if (!take_unit(low) || low < 0xDC00 || low > 0xDFFF) return false;
    scalar = 0x10000 + ((scalar - 0xD800) << 10) + (low - 0xDC00);
  }
  char bytes[4];
  out.append(bytes, core::encode_utf8(static_cast<char32_t>(scalar), bytes));
  return true;
}

}  // namespace

std::optional<std::vector<std::string>> parse_name_list(std::string_view text) {
  Cursor cursor(text);
  std::vector<std::string> names;
  if (!cursor.take('[')) return std::nullopt;
  if (!cursor.take(']')) {
    do {
      if (!cursor.take_text(names.emplace_back()) || !core::is_utf8(names.back())) return std::nullopt;
    } while (cursor.take(','));
    if (!cursor.take(']')) return std::nullopt;
  }
  if (!cursor.done()) return std::nullopt;
  return names;
}

std::string format_name_list(const std::vector<std::string>& names) {
  core::TextBuffer text;
  text.append('[');
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text.append(", ");
    core::append_json_string(text, names[i]);
  }
  text.append(']');
  return std::string(text.view());
}

}  // namespace pelton::formats::onnx
