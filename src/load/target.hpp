#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace pelton::load {

/// Where requests go: a TCP host and port, or a unix socket, and the path asked for.
struct Target {
  std::string host;         ///< name or address literal, without brackets; empty for a unix socket
  std::uint16_t port = 80;  ///< unused for a unix socket; of https 443
  bool tls = false;
  std::string unix_path;  ///< not empty: a unix stream socket at that path
  std::string path = "/predict";
  std::string authority;  ///< what the Host header says

  bool is_unix() const noexcept { return !unix_path.empty(); }
};

/// Whether `text` is meant as a URL (has "://" or begins with "unix:"), not as a model's path.
bool looks_like_url(std::string_view text) noexcept;

/// Reads `http[s]://HOST[:PORT][/PATH]` or `unix:SOCKET[:/PATH]`. HOST may be an IPv6 literal in
/// brackets. Without a path `/predict` is meant. Errors name the part that is wrong; other
/// schemes are not known, and user names and fragments have no meaning here.
core::Result<Target> parse_target(std::string_view url);

}  // namespace pelton::load
