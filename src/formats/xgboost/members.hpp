#pragma once

#include <string_view>

#include "formats/document/reader.hpp"

namespace pelton::formats::xgboost {

/// Reads an object: `read_member` reads or skips the value of each member and says whether that went well.
template <class ReadMember>
bool read_members(document::Reader& reader, ReadMember read_member) {
  if (!reader.enter_object()) return false;
  for (std::string_view name; reader.next_member(name);) {
    if (!read_member(name)) return false;
  }
  return !reader.failed();
}

}  // namespace pelton::formats::xgboost
