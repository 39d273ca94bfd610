#pragma once

namespace pelton::core {

/// The other case of a Unicode scalar value where it has one of a single character, else itself: Unicode's
/// simple case mapping, the same for all languages ("ß" stays, as its upper case has two letters).
char32_t to_lower(char32_t scalar) noexcept;
char32_t to_upper(char32_t scalar) noexcept;

}  // namespace pelton::core
