#include "load/request.hpp"

#include <algorithm>
#include <string_view>

#include "load/text.hpp"

namespace pelton::load {

namespace {

using core::Error;
using core::ErrorCode;
using core::Result;

constexpr std::size_t kMostHeaders = 100;
constexpr std::size_t kLongestHeader = 16 * 1024;
constexpr std::size_t kLargestBody = 64 * 1024 * 1024;

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

}  // namespace

Result<Request> render_request(const Target& target, const RequestSpec& spec) {
  if (!is_token(spec.method)) return Error(ErrorCode::invalid_argument, "\"" + spec.method + "\" is no HTTP method");
  if (spec.headers.size() > kMostHeaders) return Error(ErrorCode::too_large, "more than 100 headers");
  if (spec.body && spec.body->size() > kLargestBody)
    return Error(ErrorCode::too_large, "the body is larger than 64 MiB");
  Request request;
  request.head = spec.method == "HEAD";
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
  std::string& out = request.bytes;
  out.append(spec.method).append(" ").append(target.path).append(" HTTP/1.1\r\n");
  if (!has_host) append_header(out, "Host", target.authority);
  out.append(custom);
  if (spec.body) {
    if (!has_type) append_header(out, "Content-Type", "application/json");
    append_header(out, "Content-Length", std::to_string(spec.body->size()));
  }
  out.append("\r\n");
  if (spec.body) out.append(*spec.body);
  return request;
}

}  // namespace pelton::load
