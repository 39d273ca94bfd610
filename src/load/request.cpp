#include "load/request.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "load/text.hpp"

namespace pelton::load {

namespace {

using core::Error;
using core::ErrorCode;
using core::Result;

constexpr std::size_t kMostHeaders = 100;
constexpr std::size_t kLongestHeader = 16 * 1024;
constexpr std::size_t kLargestBody = 64 * 1024 * 1024;  ///< of all bodies together
constexpr std::size_t kMostBodies = 1'000'000;

/// RFC 9110, section 5.6.2: what names of methods and headers are made of.
bool is_token(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

Error wrong(std::string_view header, std::string_view what) {
  return {ErrorCode::invalid_argument, "header \"" + std::string(header) + "\": " + std::string(what)};
}

/// A header taken apart, or why it cannot be sent.
struct Header {
  std::string_view name;
  std::string_view value;
};

Result<Header> parse_header(std::string_view line) {
  if (line.size() > kLongestHeader) return Error(ErrorCode::too_large, "a header is longer than 16 KiB");
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return wrong(line, "write it as \"Name: value\"");
  const Header header{line.substr(0, colon), trimmed(line.substr(colon + 1))};
  if (!is_token(header.name)) return wrong(line, "the name has a character that no header's name may have");
  if (!std::all_of(header.value.begin(), header.value.end(),
                   [](char c) { return c == '\t' || (static_cast<unsigned char>(c) >= ' ' && c != '\x7F'); })) {
    return wrong(header.name, "the value has a control character");
  }
  if (same_word(header.name, "Content-Length") || same_word(header.name, "Transfer-Encoding")) {
    return wrong(line, "the length of the body is set by the body itself");
  }
  return header;
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

/// What all requests have in common: everything but Content-Length and the body.
Result<std::string> render_head(const Target& target, const RequestSpec& spec, bool has_body, Request& request) {
  std::string custom;
  bool has_host = false;
  bool has_type = false;
  for (const std::string& line : spec.headers) {
    auto header = parse_header(line);
    if (!header) return std::move(header).error();
    has_host |= same_word(header->name, "Host");
    has_type |= same_word(header->name, "Content-Type");
    if (same_word(header->name, "Connection") && same_word(header->value, "close")) request.keep_alive = false;
    append_header(custom, header->name, header->value);
  }
  std::string head;
  head.append(spec.method).append(" ").append(target.path).append(" HTTP/1.1\r\n");
  if (!has_host) append_header(head, "Host", target.authority);
  head.append(custom);
  if (has_body && !has_type) append_header(head, "Content-Type", "application/json");
  return head;
}

std::string with_body(std::string head, std::string_view body) {
  append_header(head, "Content-Length", std::to_string(body.size()));
  return head.append("\r\n").append(body);
}

/// Why these bodies are too much to be held, or nothing.
std::optional<Error> excess(const RequestSpec& spec) {
  if (spec.bodies.size() > kMostBodies) return Error(ErrorCode::too_large, "more than 1000000 bodies");
  std::size_t bytes = spec.body ? spec.body->size() : 0;
  if (bytes > kLargestBody) return Error(ErrorCode::too_large, "the body is larger than 64 MiB");
  for (const std::string& body : spec.bodies) bytes += body.size();
  if (bytes > kLargestBody) return Error(ErrorCode::too_large, "the bodies are together larger than 64 MiB");
  return std::nullopt;
}

}  // namespace

Result<Request> render_request(const Target& target, const RequestSpec& spec) {
  if (!is_token(spec.method)) return Error(ErrorCode::invalid_argument, "\"" + spec.method + "\" is no HTTP method");
  if (spec.headers.size() > kMostHeaders) return Error(ErrorCode::too_large, "more than 100 headers");
  if (auto too_much = excess(spec)) return *std::move(too_much);
  Request request;
  request.head = spec.method == "HEAD";
  auto head = render_head(target, spec, spec.body || !spec.bodies.empty(), request);
  if (!head) return std::move(head).error();
  if (!spec.bodies.empty()) {
    for (const std::string& body : spec.bodies) request.messages.push_back(with_body(*head, body));
  } else if (spec.body) {
    request.messages.push_back(with_body(*std::move(head), *spec.body));
  } else {
    request.messages.push_back(std::move(*head).append("\r\n"));
  }
  return request;
}

std::vector<std::string> bodies_in(std::string_view lines) {
  std::vector<std::string> bodies;
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    std::string_view line = lines.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (const std::string_view body = trimmed(line); !body.empty()) bodies.emplace_back(body);
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return bodies;
}

}  // namespace pelton::load
