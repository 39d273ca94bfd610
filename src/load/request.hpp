#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "load/target.hpp"

namespace pelton::load {

/// What is sent: one request again and again, or several that differ in their bodies, in turn.
struct RequestSpec {
  std::string method = "POST";
  std::vector<std::string> headers;                    ///< "Name: value" lines, without line ends
  std::optional<std::string> body = R"({"x":[2,3]})";  ///< nothing: no body and no Content-Length
  std::vector<std::string> bodies{};                   ///< not empty: these in turn, instead of `body`
};

/// Requests as they go over the wire, and what must be known of them to read their answers.
struct Request {
  std::vector<std::string> messages;  ///< at least one; sent in turn
  bool head = false;                  ///< HEAD: the answer has no body whatever its Content-Length
  bool keep_alive = true;             ///< false where a header says `Connection: close`
};

/// Writes the requests out. Host, Content-Length and, for a body, `Content-Type: application/json` are
/// set unless a header gives another Host or Content-Type. Errors name the header: one without a colon,
/// an invalid name, control characters, Content-Length and Transfer-Encoding (which are ours to set); or
/// say that the bodies are more than a million or, together, than 64 MiB.
core::Result<Request> render_request(const Target& target, const RequestSpec& spec);

/// The bodies that stand in the lines of a text, one a line (NDJSON, if they are JSON); lines of nothing
/// but blanks are passed over.
std::vector<std::string> bodies_in(std::string_view lines);

}  // namespace pelton::load
