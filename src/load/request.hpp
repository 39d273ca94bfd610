#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "load/target.hpp"

namespace pelton::load {

/// The one request that is sent again and again.
struct RequestSpec {
  std::string method = "POST";
  std::vector<std::string> headers;                    ///< "Name: value" lines, without line ends
  std::optional<std::string> body = R"({"x":[2,3]})";  ///< nothing: no body and no Content-Length
};

/// A request as it goes over the wire, and what must be known of it to read its answer.
struct Request {
  std::string bytes;
  bool head = false;       ///< HEAD: the answer has no body whatever its Content-Length
  bool keep_alive = true;  ///< false where a header says `Connection: close`
};

/// Writes the request out. Host, Content-Length and, for a body, `Content-Type: application/json` are
/// set unless a header gives another Host or Content-Type. Errors name the header: one without a colon,
/// an invalid name, control characters, Content-Length and Transfer-Encoding (which are ours to set).
core::Result<Request> render_request(const Target& target, const RequestSpec& spec);

}  // namespace pelton::load
