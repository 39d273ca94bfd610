#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace pelton::app {

/// Names of a TOML key, `a.b.c` has three. toml++ makes a table of each, and destroys tables by recursion.
inline constexpr std::size_t kMostKeyNames = 16;

/// Where in the text a key has more than kMostKeyNames names; none where every key is short. Looks no further than
/// where the text stops being TOML: nor does a parser. Linear in the text, no allocation.
std::optional<std::size_t> find_deep_key(std::string_view toml) noexcept;

}  // namespace pelton::app
