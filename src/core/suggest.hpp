#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace pelton::core {

/// Edits (insert, delete, replace, swap of neighbours) between two names, up to `limit`; more than
/// that is reported as `limit + 1`. Time O(|a|·|b|) for names of at most 64 bytes; longer names are
/// taken as different.
std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit);

/// The known name that `unknown` was most likely meant to be, or an empty view: at most a third of
/// its letters may differ. The first of equally near names wins.
std::string_view nearest_name(std::string_view unknown, std::span<const std::string> known);

/// `; did you mean "name"?`, or nothing where no name is near.
std::string did_you_mean(std::string_view unknown, std::span<const std::string> known);

}  // namespace pelton::core
