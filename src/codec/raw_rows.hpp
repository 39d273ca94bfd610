#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "codec/predict_request.hpp"

namespace pelton::codec {

/// The element types of raw rows.
enum class RawType : std::uint8_t { float32, float64 };

/// "float32" or "float64" (also "<f4", "<f8" as NumPy spells them).
std::optional<RawType> parse_raw_type(std::string_view name) noexcept;

/// Reads rows of little-endian floating-point values, row after row, every feature in order
/// (application/octet-stream). NaN is a missing value; where numbers are names of categories, they have
/// to be whole (category_of_value). 415 where a feature is told by texts; 422 if the length is no whole number of rows
/// or a value does not fit its feature; 413 beyond the limit of rows. After a failure the buffer is as it was.
/// `before`: rows of the same body that came before these, for messages. Thread-safe.
core::Result<void, Problem> read_raw_rows(std::string_view body, RawType type, const RowTarget& target,
                                          PredictRequest& request, std::size_t before = 0);

}  // namespace pelton::codec
