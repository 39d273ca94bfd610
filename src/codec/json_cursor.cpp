#include "codec/json_cursor.hpp"

#include <cstring>

#include "codec/field_errors.hpp"
#include "core/utf8.hpp"

namespace pelton::codec {

namespace {

bool is_space(char c) noexcept { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// The value of four hexadecimal digits, or -1.
int four_hex(const char* p) noexcept {
  int value = 0;
  for (int i = 0; i < 4; ++i) {
    const char c = p[i];
    const int letter = c | 0x20;
    if (c >= '0' && c <= '9') {
      value = value * 16 + (c - '0');
    } else if (letter >= 'a' && letter <= 'f') {
      value = value * 16 + (letter - 'a' + 10);
    } else {
      return -1;
    }
  }
  return value;
}

bool is_high_surrogate(int unit) noexcept { return unit >= 0xD800 && unit < 0xDC00; }
bool is_low_surrogate(int unit) noexcept { return unit >= 0xDC00 && unit < 0xE000; }

/// Whether any of eight bytes ends a plain run of string characters: quote, backslash, control or
/// non-ASCII. May say so wrongly for bytes behind such a one, never in front of it.
bool has_special(std::uint64_t bytes) noexcept {
  using detail::kEachByte;
  const std::uint64_t quote = bytes ^ '"' * kEachByte;
  const std::uint64_t slash = bytes ^ '\\' * kEachByte;
  const std::uint64_t low = (bytes - 0x20 * kEachByte) | (quote - kEachByte) | (slash - kEachByte) | bytes;
  return (low & 0x80 * kEachByte) != 0;
}

/// Appends the text of a string that scan_string has found well-formed.
void decode_string(std::string_view raw, std::string& out) {
  const char* p = raw.data();
  const char* const end = p + raw.size();
  while (p != end) {
    const void* const found = std::memchr(p, '\\', static_cast<std::size_t>(end - p));
    const char* const slash = found != nullptr ? static_cast<const char*>(found) : end;
    out.append(p, slash);
    if (slash == end) return;
    p = slash;
    const char c = p[1];
    p += 2;
    switch (c) {
      case 'b': out += '\b'; break;
      case 'f': out += '\f'; break;
      case 'n': out += '\n'; break;
      case 'r': out += '\r'; break;
      case 't': out += '\t'; break;
      case 'u': {
        auto scalar = static_cast<char32_t>(four_hex(p));
        p += 4;
        if (is_high_surrogate(static_cast<int>(scalar))) {
          scalar = 0x10000 + ((scalar - 0xD800) << 10) + (static_cast<char32_t>(four_hex(p + 2)) - 0xDC00);
          p += 6;
        }
        char utf8[4];
        out.append(utf8, core::encode_utf8(scalar, utf8));
        break;
      }
      default: out += c; break;
    }
  }
}

}  // namespace

std::string_view describe(JsonKind kind) noexcept {
  switch (kind) {
    case JsonKind::object: return "an object";
    case JsonKind::list: return "a list";
    case JsonKind::string: return "a string";
    case JsonKind::number: return "a number";
    case JsonKind::boolean: return "a boolean";
    case JsonKind::null: return "null";
    case JsonKind::nan: return "NaN";
    case JsonKind::infinity: return "an infinity";
    case JsonKind::none: break;
  }
  return "nothing";
}

char JsonCursor::peek_beyond_space() noexcept {
  while (at_ < end_ && is_space(*at_)) ++at_;
  return at_ < end_ ? *at_ : '\0';
}

JsonKind JsonCursor::kind() noexcept {
  switch (peek()) {
    case '{': return JsonKind::object;
    case '[': return JsonKind::list;
    case '"': return JsonKind::string;
    case '-': return end_ - at_ > 1 && at_[1] == 'I' ? JsonKind::infinity : JsonKind::number;
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9': return JsonKind::number;
    case 't':
    case 'f': return JsonKind::boolean;
    case 'n': return JsonKind::null;
    case 'N': return JsonKind::nan;
    case 'I': return JsonKind::infinity;
    default: return JsonKind::none;
  }
}

bool JsonCursor::scan_escape() noexcept {
  // at_ is at the backslash.
  if (end_ - at_ < 2) return fail("the string does not end");
  switch (at_[1]) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't': at_ += 2; return true;
    case 'u': break;
    default: return fail("an escape that JSON does not know");
  }
  const int unit = end_ - at_ < 6 ? -1 : four_hex(at_ + 2);
  if (unit < 0) return fail("\\u takes four hexadecimal digits");
  if (is_low_surrogate(unit)) return fail("half of a surrogate pair");
  if (is_high_surrogate(unit)) {
    const bool paired = end_ - at_ >= 12 && at_[6] == '\\' && at_[7] == 'u' && is_low_surrogate(four_hex(at_ + 8));
    if (!paired) return fail("half of a surrogate pair");
    at_ += 6;
  }
  at_ += 6;
  return true;
}

bool JsonCursor::scan_string(std::string_view& raw, bool& escaped) noexcept {
  const char* const first = ++at_;
  escaped = false;
  for (;;) {
    while (end_ - at_ >= 8 && !has_special(detail::load8(at_))) at_ += 8;
    if (at_ >= end_) return fail("the string does not end");
    const auto c = static_cast<unsigned char>(*at_);
    if (c == '"') break;
    if (c == '\\') {
      escaped = true;
      if (!scan_escape()) return false;
    } else if (c < 0x20) {
      return fail("a control character in a string: it must be written as an escape");
    } else if (c < 0x80) {
      ++at_;
    } else {
      const std::size_t length = core::utf8_length({at_, static_cast<std::size_t>(end_ - at_)});
      if (length == 0) return fail("the string is not UTF-8");
      at_ += length;
    }
  }
  raw = {first, static_cast<std::size_t>(at_ - first)};
  ++at_;
  return true;
}

bool JsonCursor::read_string(std::string_view& text, std::string& scratch) {
  bool escaped = false;
  if (!scan_string(text, escaped)) return false;
  if (escaped) {
    scratch.clear();
    decode_string(text, scratch);
    text = scratch;
  }
  return true;
}

bool JsonCursor::read_name(std::string_view& name, std::string& scratch) {
  if (peek() != '"') return fail("expected a member's name in double quotes");
  if (!read_string(name, scratch)) return false;
  if (peek() != ':') return fail("expected ':'");
  ++at_;
  return true;
}

bool JsonCursor::read_number(double& value, bool& in_range) noexcept {
  const ScannedNumber number = scan_number(at_, end_);
  at_ = number.end;
  if (number.fault == NumberFault::malformed) return fail("not a number as JSON writes it");
  value = number.value;
  in_range = number.fault == NumberFault::none;
  return true;
}

bool JsonCursor::read_word(std::string_view word) noexcept {
  if (!std::string_view(at_, static_cast<std::size_t>(end_ - at_)).starts_with(word)) return fail("expected a value");
  at_ += word.size();
  return true;
}

bool JsonCursor::skip_name() noexcept {
  std::string_view name;
  bool escaped = false;
  if (peek() != '"') return fail("expected a member's name in double quotes");
  if (!scan_string(name, escaped)) return false;
  if (peek() != ':') return fail("expected ':'");
  ++at_;
  return true;
}

bool JsonCursor::skip_scalar() noexcept {
  switch (kind()) {
    case JsonKind::string: {
      std::string_view text;
      bool escaped = false;
      return scan_string(text, escaped);
    }
    case JsonKind::number: {
      double value = 0;
      bool in_range = false;
      return read_number(value, in_range);
    }
    case JsonKind::boolean: return read_word(*at_ == 't' ? "true" : "false");
    case JsonKind::null: return read_word("null");
    case JsonKind::nan:
      if (extensions_) return read_word("NaN");
      break;
    case JsonKind::infinity:
      if (extensions_) return read_word(*at_ == '-' ? "-Infinity" : "Infinity");
      break;
    default: break;
  }
  return fail("expected a value");
}

bool JsonCursor::skip_value() noexcept {
  const unsigned outside = depth_;
  std::uint64_t objects = 0;  // bit 0: whether the innermost open level is an object
  static_assert(kMaxJsonDepth <= 64);
  for (;;) {
    const char c = peek();
    bool value_done = true;
    if (c == '{' || c == '[') {
      if (!enter()) return false;
      objects = objects << 1 | (c == '{' ? 1U : 0U);
      if (leave_if(c == '{' ? '}' : ']')) {
        objects >>= 1;
      } else {
        value_done = false;
      }
    } else if (!skip_scalar()) {
      return false;
    }
    while (value_done) {
      if (depth_ == outside) return true;
      switch (next((objects & 1) != 0 ? '}' : ']')) {
        case Next::more: value_done = false; break;
        case Next::done: objects >>= 1; break;
        case Next::failed: return false;
      }
    }
    if ((objects & 1) != 0 && !skip_name()) return false;
  }
}

bool JsonCursor::finish() noexcept {
  peek();
  return at_ == end_ || fail("something follows the end of the JSON value");
}

Problem JsonCursor::problem() const {
  std::size_t line = line_;
  const char* line_start = begin_;
  for (const char* p = begin_; p < at_; ++p) {
    if (*p == '\n') {
      ++line;
      line_start = p + 1;
    }
  }
  Problem problem;
  problem.status = 400;
  problem.detail.append("malformed JSON at byte ").append(std::to_string(at_ - begin_));
  if (line_ != 0) {
    problem.detail.append(" (line ").append(std::to_string(line));
    problem.detail.append(", column ").append(std::to_string(at_ - line_start + 1)).append(")");
  }
  problem.detail.append(": ");
  if (std::string_view(begin_, static_cast<std::size_t>(end_ - begin_)).starts_with(core::kByteOrderMark)) {
    problem.detail += "it begins with a byte order mark; JSON is sent without one";
  } else if (at_ >= end_ && reason_ != nullptr) {
    problem.detail.append("it ends too early: ").append(reason_);
  } else {
    problem.detail += reason_ != nullptr ? reason_ : "expected a value";
  }
  return problem;
}

}  // namespace pelton::codec
