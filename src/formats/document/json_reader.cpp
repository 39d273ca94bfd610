#include "formats/document/json_reader.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <limits>

#include "formats/document/whole.hpp"

namespace pelton::formats::document {

namespace {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// Whether a number could begin with `c`.
bool begins_number(char c) noexcept { return is_digit(c) || c == '-' || c == 'N' || c == 'I'; }

void append_utf8(std::string& to, std::uint32_t code) {
  const auto put = [&](std::uint32_t byte) { to += static_cast<char>(byte); };
  if (code < 0x80) return put(code);
  if (code < 0x800) {
    put(0xC0 | code >> 6);
  } else {
    if (code < 0x10000) {
      put(0xE0 | code >> 12);
    } else {
      put(0xF0 | code >> 18);
      put(0x80 | (code >> 12 & 0x3F));
    }
    put(0x80 | (code >> 6 & 0x3F));
  }
  put(0x80 | (code & 0x3F));
}

/// What may stand between strings and brackets: scalars, commas, colons and white space.
constexpr auto kPlain = [] {
  std::array<bool, 256> plain{};
  for (const char c : std::string_view("0123456789+-.,: \t\r\n")) plain[static_cast<unsigned char>(c)] = true;
  for (unsigned c = 'A'; c <= 'Z'; ++c) plain[c] = plain[c + 32] = true;
  return plain;
}();

}  // namespace

char JsonReader::peek() noexcept {
  if (failed()) return 0;
  while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
  return at_ == end_ ? '\0' : *at_;
}

bool JsonReader::take(char c, std::string_view what) {
  if (peek() != c || at_ == end_) return expected(what);
  ++at_;
  return true;
}

bool JsonReader::take_word(std::string_view word) {
  if (std::string_view(at_, remaining()).substr(0, word.size()) != word) return expected("'" + std::string(word) + "'");
  at_ += word.size();
  return true;
}

Kind JsonReader::kind() {
  switch (peek()) {
    case '{': return Kind::object;
    case '[': return Kind::array;
    case '"': return Kind::string;
    case 't':
    case 'f': return Kind::boolean;
    case 'n': return Kind::null;
    default: return !failed() && at_ != end_ && begins_number(*at_) ? Kind::number : Kind::none;
  }
}

bool JsonReader::enter_object() { return take('{', "an object") && enter(true); }
bool JsonReader::enter_array() { return take('[', "an array") && enter(false); }

bool JsonReader::goes_on(char close) {
  const char c = peek();
  if (failed()) return false;
  if (c == close) {
    ++at_;
    return leave();
  }
  if (level().count == 0) return begin_element(level());
  if (c != ',') return expected(close == ']' ? "',' or ']'" : "',' or '}'");
  ++at_;
  return begin_element(level());
}

bool JsonReader::next_member(std::string_view& name) {
  if (!goes_on('}')) return false;
  if (peek() != '"') return expected("a member's name");
  const char* from = at_ + 1;
  if (!scan_string(name)) return false;
  level().name = std::string_view(from, static_cast<std::size_t>(at_ - 1 - from));
  return take(':', "':'");
}

bool JsonReader::next_element() { return goes_on(']'); }

bool JsonReader::read_string(std::string_view& text) {
  if (peek() != '"') return expected("a string");
  return scan_string(text);
}

bool JsonReader::scan_string(std::string_view& text) {
  const char* const from = ++at_;
  while (at_ != end_ && *at_ != '"' && *at_ != '\\') {
    if (static_cast<unsigned char>(*at_) < ' ') return fail("a control character in a string");
    ++at_;
  }
  if (at_ == end_) return truncated();
  if (*at_ == '\\') {
    if (!unescape(from)) return false;
    text = scratch_;
  } else {
    text = {from, static_cast<std::size_t>(at_ - from)};
  }
  ++at_;
  return true;
}

bool JsonReader::unescape(const char* from) {
  scratch_.assign(from, static_cast<std::size_t>(at_ - from));
  while (at_ != end_ && *at_ != '"') {
    if (*at_ == '\\') {
      if (!read_escape(scratch_)) return false;
    } else if (static_cast<unsigned char>(*at_) < ' ') {
      return fail("a control character in a string");
    } else {
      scratch_ += *at_++;
    }
  }
  return at_ != end_ || truncated();
}

bool JsonReader::read_escape(std::string& to) {
  if (remaining() < 2) return truncated();
  const char c = at_[1];
  constexpr std::string_view kWritten = "\"\\/bfnrt";
  constexpr std::string_view kMeant = "\"\\/\b\f\n\r\t";
  if (const std::size_t i = kWritten.find(c); i != std::string_view::npos) {
    to += kMeant[i];
    at_ += 2;
    return true;
  }
  if (c != 'u') return fail("an escape that JSON does not have");
  std::uint32_t code = 0;
  if (!read_hex4(code)) return false;
  if (code >= 0xDC00 && code < 0xE000) return fail("half a surrogate pair");
  if (code >= 0xD800 && code < 0xDC00) {
    std::uint32_t low = 0;
    if (!read_hex4(low)) return false;
    if (low < 0xDC00 || low > 0xDFFF) return fail("half a surrogate pair");
    code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
  }
  append_utf8(to, code);
  return true;
}

bool JsonReader::read_hex4(std::uint32_t& unit) {
  if (remaining() < 6) return truncated();
  const auto read = std::from_chars(at_ + 2, at_ + 6, unit, 16);
  if (at_[0] != '\\' || at_[1] != 'u' || read.ec != std::errc() || read.ptr != at_ + 6) {
    return fail("\\u needs four hexadecimal digits");
  }
  at_ += 6;
  return true;
}

bool JsonReader::read_special(double& value) {
  const bool negative = *at_ == '-';
  if (negative) ++at_;
  const bool nan = at_ != end_ && *at_ == 'N';
  if (!take_word(nan ? "NaN" : "Infinity")) return false;
  value = nan ? std::numeric_limits<double>::quiet_NaN() : std::numeric_limits<double>::infinity();
  if (negative) value = -value;
  return true;
}

bool JsonReader::read_number(double& value) {
  const char c = peek();
  if (!begins_number(c)) return expected("a number");
  const char* const first = c == '-' ? at_ + 1 : at_;
  if (first != end_ && !is_digit(*first)) return read_special(value);
  const auto read = std::from_chars(at_, end_, value);
  if (read.ec == std::errc::result_out_of_range) return fail("a number beyond the range of double");
  if (read.ec != std::errc()) return expected("a number");
  at_ = read.ptr;
  return true;
}

bool JsonReader::read_number(float& value) {
  const char c = peek();
  if (is_digit(c) || (c == '-' && remaining() > 1 && is_digit(at_[1]))) [[likely]] {
    const auto read = std::from_chars(at_, end_, value);
    if (read.ec == std::errc()) [[likely]] {
      at_ = read.ptr;
      return true;
    }
  }
  double wide = 0;
  if (!read_number(wide)) return false;
  value = static_cast<float>(wide);
  return true;
}

bool JsonReader::read_number(std::int64_t& value) {
  const char c = peek();
  if (!is_digit(c) && c != '-') return expected("a whole number");
  const auto read = std::from_chars(at_, end_, value);
  const bool ends = read.ptr == end_ || (*read.ptr != '.' && *read.ptr != 'e' && *read.ptr != 'E');
  if (read.ec == std::errc() && ends) [[likely]] {
    at_ = read.ptr;
    return true;
  }
  double wide = 0;
  const char* const from = at_;
  if (!read_number(wide)) return false;
  if (to_whole(wide, value)) return true;
  at_ = from;
  return fail("expected a whole number");
}

bool JsonReader::read_number(std::int32_t& value) {
  std::int64_t wide = 0;
  if (!read_number(wide)) return false;
  value = static_cast<std::int32_t>(wide);
  return value == wide || fail("a whole number beyond 32 bits");
}

bool JsonReader::read_double(double& value) { return read_number(value); }
bool JsonReader::read_float(float& value) { return read_number(value); }
bool JsonReader::read_integer(std::int64_t& value) { return read_number(value); }

bool JsonReader::read_bool(bool& value) {
  const char c = peek();
  if (c != 't' && c != 'f') return expected("true or false");
  value = c == 't';
  return take_word(value ? "true" : "false");
}

bool JsonReader::read_null() {
  if (peek() != 'n') return expected("null");
  return take_word("null");
}

template <class T>
bool JsonReader::read_array(std::vector<T>& values, std::size_t most) {
  values.clear();
  if (!enter_array()) return false;
  while (next_element()) {
    if (values.size() == most) {
      return fail(core::ErrorCode::too_large, "holds more than " + std::to_string(most) + " elements");
    }
    T value{};
    bool truth = false;
    if (std::is_integral_v<T> && kind() == Kind::boolean) {
      if (!read_bool(truth)) return false;
      value = static_cast<T>(truth);
    } else if (!read_number(value)) {
      return false;
    }
    values.push_back(value);
  }
  return !failed();
}

bool JsonReader::skip() {
  switch (kind()) {
    case Kind::object:
    case Kind::array: return skip_nested();
    case Kind::string: return skip_string();
    case Kind::number: {
      double value;
      return read_number(value);
    }
    case Kind::boolean: {
      bool value;
      return read_bool(value);
    }
    case Kind::null: return read_null();
    case Kind::none: break;
  }
  return failed() ? false : expected("a value");
}

bool JsonReader::skip_string() {
  for (++at_; at_ != end_; ++at_) {
    const auto* quote = static_cast<const char*>(std::memchr(at_, '"', remaining()));
    const auto* escape =
        static_cast<const char*>(std::memchr(at_, '\\', static_cast<std::size_t>((quote ? quote : end_) - at_)));
    if (escape == nullptr) {
      at_ = quote ? quote + 1 : end_;
      return quote != nullptr || truncated();
    }
    at_ = escape + 1;
    if (at_ == end_) break;
  }
  return truncated();
}

/// Objects and arrays by their brackets alone.
bool JsonReader::skip_nested() {
  std::array<char, kMaxDepth> closes;
  std::size_t open = 0;
  do {
    while (at_ != end_ && kPlain[static_cast<unsigned char>(*at_)]) ++at_;
    if (at_ == end_) return truncated();
    const char c = *at_;
    if (c == '"') {
      if (!skip_string()) return false;
      continue;
    }
    if (c == '{' || c == '[') {
      if (open + depth() >= kMaxDepth) {
        return fail(core::ErrorCode::too_large,
                    "nested more than " + std::to_string(kMaxDepth) + " objects and arrays deep");
      }
      closes[open++] = c == '{' ? '}' : ']';
    } else if (c == closes[open - 1]) {
      --open;
    } else {
      return fail("a character that cannot stand here");
    }
    ++at_;
  } while (open != 0);
  return true;
}

bool JsonReader::finish() {
  peek();
  if (failed()) return false;
  return at_ == end_ || fail("something follows the document");
}

std::string JsonReader::describe_place(std::size_t offset) const {
  const std::string_view before(begin_, offset);
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  return "byte " + std::to_string(offset) + ", line " + std::to_string(lines + 1) + ", column " +
         std::to_string(offset - line_start + 1);
}

}  // namespace pelton::formats::document
