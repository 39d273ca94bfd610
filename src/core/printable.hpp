#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace pelton::core {

/// Text out of a file, fit to stand in a message or on a terminal: control characters (C0, DEL and C1,
/// which a terminal may obey) and what is not well-formed UTF-8 as '?'. What is longer than `longest`
/// bytes is cut at the end of a character and ends in "…".
std::string printable(std::string_view text, std::size_t longest = 80);

/// The same at any length.
inline std::string all_printable(std::string_view text) { return printable(text, std::string_view::npos); }

}  // namespace pelton::core
