#pragma once

#include <cstdint>
#include <string_view>

#include "core/text_buffer.hpp"

namespace pelton::load {

/// Writes members of one JSON object, with the commas between them.
class ObjectWriter {
 public:
  explicit ObjectWriter(core::TextBuffer& out) : out_(out) { out_.append('{'); }
  void close() { out_.append('}'); }

  core::TextBuffer& key(std::string_view name) {
    if (!first_) out_.append(',');
    first_ = false;
    core::append_json_string(out_, name);
    out_.append(':');
    return out_;
  }
  void number(std::string_view name, double value) { core::append_json_number(key(name), value); }
  void integer(std::string_view name, std::uint64_t value) { key(name).append_integer(value); }

 private:
  core::TextBuffer& out_;
  bool first_ = true;
};

}  // namespace pelton::load
