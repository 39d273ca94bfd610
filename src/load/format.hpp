#pragma once

#include <algorithm>
#include <cstdio>
#include <string>

namespace pelton::load {

/// printf to the end of a string; `text` is always one of ours, and what comes of it under 256 bytes.
template <class... Values>
void append_format(std::string& out, const char* text, Values... values) {
  char line[256];
  const int size = std::snprintf(line, sizeof(line), text, values...);
  out.append(line, static_cast<std::size_t>(std::clamp(size, 0, static_cast<int>(sizeof(line)) - 1)));
}

}  // namespace pelton::load
