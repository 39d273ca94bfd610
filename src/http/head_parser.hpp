#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "http/content_coding.hpp"
#include "http/request_view.hpp"
#include "http/settings.hpp"

namespace pelton::http {

/// Why a request is refused: a status, and words for the client. Status 0 means not refused.
struct Refusal {
  int status = 0;
  std::string_view detail;  ///< static text
};

/// How a request says where its body ends.
enum class Framing : std::uint8_t { none, length, chunked };

/// What a request's head said, checked.
struct RequestHead {
  RequestView view;      ///< all but body, peer and received; points into the parsed bytes
  std::size_t size = 0;  ///< of the head, its empty line included
  std::uint64_t content_length = 0;
  Framing framing = Framing::none;
  ContentCoding content_coding = ContentCoding::identity;
  ContentCoding accept_coding = ContentCoding::identity;  ///< the best the client takes
  bool keep_alive = true;
  bool expect_continue = false;
};

/// Reads a request's head (request line and headers) in one strict pass, without allocating.
///
/// Ours rather than Beast's `basic_parser` plus a check of what that lets pass: one table-driven pass
/// sees every byte anyway, and takes 96 / 125 / 223 ns for a request as wrk / curl / python-requests
/// send it, all checks included, where `basic_parser` alone takes 134 / 187 / 227 ns.
///
/// Stricter than RFC 9112 demands where leniency is what request smuggling lives on: every line ends
/// in CRLF; no leading empty lines; one space in the request line; no folded lines; no space before a
/// colon; Host exactly once and well formed; Content-Length once and plain digits; Transfer-Encoding
/// once, exactly `chunked`, HTTP/1.1 and never beside Content-Length. Not thread-safe; one a thread.
class HeadParser {
 public:
  enum class Outcome { need_more, complete, refused };

  explicit HeadParser(const Limits& limits);

  /// Looks at `bytes` from their first; whether a whole head is there, and whether it is acceptable.
  /// On complete `head` is filled (its headers live in this parser until the next call), on refused
  /// `refusal`. Bytes that can no longer become a head are refused as soon as they are seen.
  Outcome parse(std::string_view bytes, RequestHead& head, Refusal& refusal);

 private:
  class Pass;
  const Limits limits_;
  std::vector<Header> headers_;
};

}  // namespace pelton::http
