#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "codec/decimal.hpp"
#include "codec/problem.hpp"

namespace pelton::codec {

/// Deepest nesting of lists and objects that is read.
inline constexpr unsigned kMaxJsonDepth = 64;

/// What a JSON value is, told from its first character.
enum class JsonKind : std::uint8_t { object, list, string, number, boolean, null, nan, infinity, none };

/// "an object", "a number", … for messages.
std::string_view describe(JsonKind kind) noexcept;

/// Walks strict RFC 8259 text, one token at a time: no tree, no recursion, no allocation.
///
/// 64 bytes beyond the text must be readable; they are never used. Functions that read give false
/// once the text has proved malformed: `problem()` then tells where and why, and the cursor must not
/// be used further. Beyond the RFC, NaN, Infinity and -Infinity are known as kinds, for the caller
/// to take or refuse.
class JsonCursor {
 public:
  explicit JsonCursor(std::string_view text) noexcept : JsonCursor(text, text.data(), 1) {}
  /// Text that is part of more: places are told from `origin`, which stands on line `line` (0: the
  /// caller tells the line, the cursor the byte alone).
  JsonCursor(std::string_view text, const char* origin, std::size_t line) noexcept
      : begin_(origin), at_(text.data()), end_(text.data() + text.size()), line_(line) {}

  /// The next character that is no white space, or NUL at the end.
  char peek() noexcept {
    if (at_<end_&& static_cast<unsigned char>(*at_)> ' ') [[likely]] {
      return *at_;
    }
    return peek_beyond_space();
  }
  /// The kind of the value at hand; `none` where no value begins.
  JsonKind kind() noexcept;

  /// Where the cursor is; after `peek`, the next token's first character.
  const char* position() const noexcept { return at_; }
  const char* end() const noexcept { return end_; }
  /// Moves to `to`, which the caller has read up to.
  void move_to(const char* to) noexcept { at_ = to; }

  /// Enters the list or object whose bracket is at hand.
  bool enter() noexcept {
    if (depth_ == kMaxJsonDepth) return fail("nested too deeply: at most 64 levels of lists and objects are read");
    ++depth_;
    ++at_;
    return true;
  }
  /// Whether the list or object just entered ends at once; leaves it if so.
  bool leave_if(char close) noexcept {
    if (peek() != close) return false;
    ++at_;
    --depth_;
    return true;
  }
  /// After an element: `more` if a comma follows (now behind the cursor), `done` if the close does.
  enum class Next : std::uint8_t { more, done, failed };
  Next next(char close) noexcept {
    const char c = peek();
    if (c == ',') [[likely]] {
      ++at_;
      return Next::more;
    }
    if (c == close) {
      ++at_;
      --depth_;
      return Next::done;
    }
    fail(close == ']' ? "expected ',' or ']'" : "expected ',' or '}'");
    return Next::failed;
  }

  /// The name of a member and the colon after it. `name` views the text, or `scratch` where the
  /// name is written with escapes.
  bool read_name(std::string_view& name, std::string& scratch);
  /// A string, as above.
  bool read_string(std::string_view& text, std::string& scratch);
  /// A number; a value beyond a double's range is not malformed but `in_range` false.
  bool read_number(double& value, bool& in_range) noexcept;
  /// One of the words true, false, null, NaN, Infinity, -Infinity.
  bool read_word(std::string_view word) noexcept;
  /// Checks and passes over a value of any kind (the extensions are refused, unless they are taken).
  bool skip_value() noexcept;
  /// From here on `skip_value` passes over NaN and infinities too.
  void take_extensions() noexcept { extensions_ = true; }
  /// Whether nothing but white space follows; fails otherwise.
  bool finish() noexcept;

  /// Notes why the text is malformed, here. Always false. `reason` must outlive the cursor.
  [[gnu::cold]] bool fail(const char* reason) noexcept {
    reason_ = reason;
    return false;
  }
  bool failed() const noexcept { return reason_ != nullptr; }
  /// The 400 that says what is wrong and where: byte, line and column.
  Problem problem() const;

 private:
  char peek_beyond_space() noexcept;
  bool scan_string(std::string_view& raw, bool& escaped) noexcept;
  bool scan_escape() noexcept;
  bool skip_scalar() noexcept;
  bool skip_name() noexcept;

  const char* begin_;
  const char* at_;
  const char* end_;
  const char* reason_ = nullptr;
  std::size_t line_;
  unsigned depth_ = 0;
  bool extensions_ = false;
};

}  // namespace pelton::codec
