#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/backlog.hpp"
#include "core/clock.hpp"

namespace pelton::http {

/// Request methods that a route can be for. `other` is any further token (answered 405 or 501).
enum class Verb : std::uint8_t { get, head, post, put, del, patch, options, trace, connect, other };
std::string_view to_string(Verb verb) noexcept;

struct Header {
  std::string_view name;   ///< as sent; compare without case
  std::string_view value;  ///< without surrounding white space
};

/// Bytes that may be read (not used) beyond the end of a body, for parsers that load whole vectors.
inline constexpr std::size_t kBodyPadding = 64;

/// One whole, checked request. Every view points into the connection's buffer and is valid only
/// during the call that handed the request over.
struct RequestView {
  Verb verb = Verb::other;
  bool http11 = true;
  std::string_view method;  ///< as sent
  std::string_view target;  ///< as sent (origin form; absolute form reduced to it)
  std::string_view path;    ///< of the target, still percent-encoded
  std::string_view query;   ///< after '?', still percent-encoded; empty where there is none
  std::string_view host;
  std::span<const Header> headers;
  std::string_view body;        ///< decoded (dechunked, inflated); kBodyPadding readable bytes follow
  std::string_view peer;        ///< the caller's address as text; "unix" for unix sockets
  bool encrypted = false;       ///< whether it came over TLS
  core::TimePoint received;     ///< when the request's first byte was seen
  core::Backlog backlog;        ///< of the loop, when it read the request
  core::TimePoint handed_over;  ///< when the round began in which the service is given it

  /// The value of the first header of that name (compared without case), or an empty view.
  std::string_view header(std::string_view name) const noexcept;
};

}  // namespace pelton::http
