#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/error.hpp"

namespace pelton::formats::lightgbm {

/// One line of a model file: `key=value`, or a word of its own (then `value` is empty).
struct Line {
  std::string_view text;  ///< without its end, "\n" or "\r\n"
  std::string_view key;
  std::string_view value;
  std::size_t number = 0;  ///< from 1; 0: there is no such line
};

/// Goes through a text line by line. The text must outlive the lines handed out.
class Lines {
 public:
  explicit Lines(std::string_view text) : text_(text) {}

  /// The next line, left where it is; false at the end of the text.
  bool peek(Line& line) const noexcept;
  /// Goes on behind the next line.
  void skip() noexcept;
  /// Both in one.
  bool next(Line& line) noexcept {
    if (!peek(line)) return false;
    skip();
    return true;
  }

  std::size_t offset() const noexcept { return at_; }
  std::size_t size() const noexcept { return text_.size(); }
  std::size_t number() const noexcept { return number_; }  ///< of the next line

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t number_ = 1;
};

/// "line 12, threshold: what", as malformed.
core::Error fault(const Line& line, const std::string& what);
core::Error fault(const Line& line, core::ErrorCode code, const std::string& what);

/// Text from the file for a message: shortened, in quotes.
std::string quoted(std::string_view text);

}  // namespace pelton::formats::lightgbm
