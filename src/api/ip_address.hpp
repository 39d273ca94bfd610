#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace pelton::api {

/// An address of either family, network order: IPv4 as ::ffff:a.b.c.d, so that one comparison serves both.
using IpAddress = std::array<std::uint8_t, 16>;

/// Reads an IPv4 or IPv6 literal, the latter with or without brackets; nothing where it is neither.
std::optional<IpAddress> parse_ip(std::string_view text) noexcept;

}  // namespace pelton::api
