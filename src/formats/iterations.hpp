#pragma once

#include <string>
#include <string_view>

#include "core/result.hpp"
#include "formats/options.hpp"

namespace pelton::formats {

/// Reads a range of boosting rounds as people write it: `A:B` (from A up to, not with, B), `A:`,
/// `:B`, or `best`. invalid_argument otherwise, and for a range that holds no round.
core::Result<Iterations> parse_iterations(std::string_view text);

/// The same back as text; `:` for all.
std::string to_string(const Iterations& iterations);

}  // namespace pelton::formats
