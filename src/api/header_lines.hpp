#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <string_view>

#include "core/clock.hpp"

namespace pelton::api {

/// Reply headers built on the stack. Lines that would not fit are left out whole.
class HeaderLines {
 public:
  std::string_view view() const noexcept { return {text_.data(), size_}; }

  void text(std::string_view name, std::string_view value) noexcept {
    if (name.size() + value.size() + 4 > text_.size() - size_) return;
    put(name);
    put(": ");
    put(value);
    put("\r\n");
  }
  /// Complete lines.
  void lines(std::string_view complete) noexcept {
    if (complete.size() <= text_.size() - size_) put(complete);
  }
  void integer(std::string_view name, long value) noexcept {
    std::array<char, 24> digits;
    const char* const end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    text(name, {digits.data(), static_cast<std::size_t>(end - digits.data())});
  }
  /// Server-Timing (https://www.w3.org/TR/server-timing/): queue, score and total in milliseconds.
  void server_timing(core::Duration queued, core::Duration scoring) noexcept {
    constexpr std::size_t kLongest = 128;
    if (kLongest > text_.size() - size_) return;
    put("Server-Timing: queue;dur=");
    milliseconds(queued);
    put(", score;dur=");
    milliseconds(scoring);
    put(", total;dur=");
    milliseconds(queued + scoring);
    put("\r\n");
  }

 private:
  void put(std::string_view piece) noexcept { size_ += piece.copy(text_.data() + size_, piece.size()); }
  /// Whole microseconds as a decimal fraction of a millisecond: "12.034".
  void milliseconds(core::Duration duration) noexcept {
    const long long us = duration.count() > 0 ? duration.count() / 1000 : 0;
    char* at = text_.data() + size_;
    at = std::to_chars(at, at + 20, us / 1000).ptr;
    const auto rest = static_cast<int>(us % 1000);
    *at++ = '.';
    *at++ = static_cast<char>('0' + rest / 100);
    *at++ = static_cast<char>('0' + rest / 10 % 10);
    *at++ = static_cast<char>('0' + rest % 10);
    size_ = static_cast<std::size_t>(at - text_.data());
  }

  std::array<char, 1024> text_;
  std::size_t size_ = 0;
};

}  // namespace pelton::api
