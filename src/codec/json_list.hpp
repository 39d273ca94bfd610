#pragma once

#include <string_view>
#include <utility>

#include "core/text_buffer.hpp"

namespace pelton::codec {

/// Appends `[item, item, …]`, each written by `write(item)`.
template <class Range, class Write>
void append_list(core::TextBuffer& out, const Range& range, Write&& write) {
  out.append('[');
  bool first = true;
  for (const auto& item : range) {
    if (!std::exchange(first, false)) out.append(',');
    write(item);
  }
  out.append(']');
}

/// A list of strings.
template <class Range>
void append_texts(core::TextBuffer& out, const Range& texts) {
  append_list(out, texts, [&out](std::string_view text) { core::append_json_string(out, text); });
}

}  // namespace pelton::codec
