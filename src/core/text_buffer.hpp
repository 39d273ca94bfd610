#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

namespace pelton::core {

/// Bytes under construction: a reply, a line, a document. Grows by doubling; once it has grown to
/// the size a task needs, writing allocates nothing. Not thread-safe.
class TextBuffer {
 public:
  TextBuffer() = default;
  TextBuffer(TextBuffer&&) noexcept = default;
  TextBuffer& operator=(TextBuffer&&) noexcept = default;

  std::string_view view() const noexcept { return {data_.get(), size_}; }
  char* data() noexcept { return data_.get(); }
  std::size_t size() const noexcept { return size_; }
  std::size_t capacity() const noexcept { return capacity_; }
  bool empty() const noexcept { return size_ == 0; }
  void clear() noexcept { size_ = 0; }
  /// Drops what was written after the first `size` bytes.
  void truncate(std::size_t size) noexcept { size_ = size; }
  /// Gives the memory back.
  void release() noexcept {
    data_.reset();
    size_ = capacity_ = 0;
  }

  void append(std::string_view text) {
    if (text.empty()) return;  // an empty view may have no bytes to point at
    std::memcpy(room(text.size()), text.data(), text.size());
    size_ += text.size();
  }
  void append(char c) {
    *room(1) = c;
    ++size_;
  }
  /// Decimal digits of an integer.
  template <std::integral Integer>
  requires(!std::same_as<Integer, char> && !std::same_as<Integer, bool>) void append_integer(Integer value) {
    char* at = room(24);
    size_ += static_cast<std::size_t>(std::to_chars(at, at + 24, value).ptr - at);
  }
  /// Room for `n` more bytes; the caller writes them, then calls `advance`.
  char* room(std::size_t n) {
    if (capacity_ - size_ < n) grow(n);
    return data_.get() + size_;
  }
  void advance(std::size_t n) noexcept { size_ += n; }

 private:
  void grow(std::size_t n);

  std::unique_ptr<char[]> data_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

/// Appends a double as JSON: shortest text that reads back to the same bits, always recognisable as
/// a floating-point number ("2.0", "1e+22", "5e-324"). NaN and infinities have no JSON form: the
/// caller decides on them first (asserted).
void append_json_number(TextBuffer& out, double value);
/// The same for a value that is a float: shortest text that reads back to the same float.
void append_json_number(TextBuffer& out, float value);
/// Appends `text` as a JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD.
void append_json_string(TextBuffer& out, std::string_view text);

}  // namespace pelton::core
