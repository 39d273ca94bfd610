#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace pelton::api {

/// A weak entity tag made of a document's bytes (FNV-1a, 64 bits: http://www.isthe.com/chongo/tech/comp/fnv/). Weak,
/// because the same document goes out in several content codings.
inline std::string etag_of(std::string_view bytes) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  std::string tag = "W/\"";
  for (int shift = 60; shift >= 0; shift -= 4) tag.push_back("0123456789abcdef"[hash >> shift & 15U]);
  return tag + "\"";
}

/// Whether an If-None-Match header names the tag, compared weakly (RFC 9110, section 13.1.2).
inline bool matches_etag(std::string_view if_none_match, std::string_view tag) noexcept {
  if (if_none_match == "*") return true;
  return !if_none_match.empty() && if_none_match.find(tag.substr(2)) != std::string_view::npos;
}

}  // namespace pelton::api
