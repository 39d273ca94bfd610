#pragma once

#include <cstddef>
#include <string_view>

namespace pelton::core {

/// What some programs put before text to say that it is UTF-8: U+FEFF, the byte order mark.
inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// Length in bytes of the well-formed UTF-8 sequence that `text` begins with, or 0 if it begins
/// with none (overlong forms, surrogates and values past U+10FFFF included; Unicode 15, table 3-7).
std::size_t utf8_length(std::string_view text) noexcept;

/// Whether all of `text` is well-formed UTF-8.
bool is_utf8(std::string_view text) noexcept;

/// Appends the UTF-8 form of a Unicode scalar value to four bytes at `out`; returns its length.
std::size_t encode_utf8(char32_t scalar, char* out) noexcept;

}  // namespace pelton::core
