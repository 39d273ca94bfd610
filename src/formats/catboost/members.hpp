#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "formats/document/reader.hpp"

namespace pelton::formats::catboost {

/// Reads a number from 0 to below `most`; more is too_large.
inline bool read_index(document::Reader& reader, std::size_t most, std::optional<std::uint32_t>& index) {
  std::int64_t value = 0;
  if (!reader.read_integer(value)) return false;
  if (value < 0) return reader.fail("is below 0");
  if (static_cast<std::uint64_t>(value) >= most) {
    return reader.fail(core::ErrorCode::too_large, "is not below the " + std::to_string(most) + " that are read");
  }
  index = static_cast<std::uint32_t>(value);
  return true;
}

}  // namespace pelton::formats::catboost
