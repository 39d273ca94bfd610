#include "load/target.hpp"

#include <sys/un.h>

#include <algorithm>
#include <charconv>

namespace pelton::load {

namespace {

using core::Error;
using core::ErrorCode;
using core::Result;

constexpr std::size_t kLongestUrl = 8 * 1024;
constexpr std::size_t kLongestHost = 253;  // RFC 1035: a name in dotted form

Error wrong(std::string_view url, std::string_view what) {
  return {ErrorCode::invalid_argument, "URL " + std::string(url) + ": " + std::string(what)};
}

bool is_visible_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7F'; });
}

Result<Target> parse_unix(std::string_view url, std::string_view rest) {
  Target target;
  const std::size_t colon = rest.find(":/");
  target.unix_path = rest.substr(0, colon);
  if (colon != std::string_view::npos) target.path = rest.substr(colon + 1);
  if (target.unix_path.empty()) return wrong(url, "the socket's path is missing after \"unix:\"");
  if (target.unix_path.size() >= sizeof(sockaddr_un::sun_path)) {
    return wrong(url,
                 "a unix socket's path has at most " + std::to_string(sizeof(sockaddr_un::sun_path) - 1) + " bytes");
  }
  target.authority = "localhost";
  return target;
}

Result<std::uint16_t> parse_port(std::string_view url, std::string_view digits) {
  unsigned value = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, failure] = std::from_chars(digits.data(), end, value);
  if (failure != std::errc() || stop != end || value == 0 || value > 65535) {
    return wrong(url, "the port is a number from 1 to 65535, not \"" + std::string(digits) + "\"");
  }
  return static_cast<std::uint16_t>(value);
}

Result<Target> parse_http(std::string_view url, std::string_view rest, bool tls) {
  Target target;
  target.tls = tls;
  if (tls) target.port = 443;
  const std::size_t path_at = rest.find_first_of("/?");
  std::string_view authority = rest.substr(0, path_at);
  if (path_at != std::string_view::npos) {
    target.path = rest[path_at] == '?' ? "/predict" + std::string(rest.substr(path_at)) : rest.substr(path_at);
  }
  if (authority.find('@') != std::string_view::npos) {
    return wrong(url, "user names are not taken in URLs; give an Authorization header instead");
  }
  target.authority = authority;
  std::string_view port;
  bool has_port = false;
  if (authority.starts_with('[')) {
    const std::size_t close = authority.find(']');
    if (close == std::string_view::npos) return wrong(url, "\"[\" without \"]\"");
    target.host = authority.substr(1, close - 1);
    const std::string_view after = authority.substr(close + 1);
    has_port = after.starts_with(':');
    if (!after.empty() && !has_port) return wrong(url, "after \"]\" only a port may follow");
    if (has_port) port = after.substr(1);
  } else {
    const std::size_t colon = authority.find(':');
    if (colon != authority.rfind(':'))
      return wrong(url, "an IPv6 address is written in brackets, as in http://[::1]:80/");
    has_port = colon != std::string_view::npos;
    target.host = authority.substr(0, colon);
    if (has_port) port = authority.substr(colon + 1);
  }
  if (target.host.empty()) return wrong(url, "the host is missing");
  if (target.host.size() > kLongestHost) return wrong(url, "the host is longer than 253 bytes");
  if (has_port) {
    auto parsed = parse_port(url, port);
    if (!parsed) return std::move(parsed).error();
    target.port = *parsed;
  }
  return target;
}

}  // namespace

bool looks_like_url(std::string_view text) noexcept {
  return text.find("://") != std::string_view::npos || text.starts_with("unix:");
}

Result<Target> parse_target(std::string_view url) {
  if (url.size() > kLongestUrl) return Error(ErrorCode::too_large, "the URL is longer than 8 KiB");
  if (!is_visible_ascii(url)) {
    return Error(ErrorCode::invalid_argument, "the URL has a space, a control character or a byte that is not ASCII");
  }
  if (url.find('#') != std::string_view::npos) return wrong(url, "a fragment (#…) is never sent to a server");
  constexpr std::string_view kUnix = "unix:";
  constexpr std::string_view kHttp = "http://";
  constexpr std::string_view kHttps = "https://";
  if (url.starts_with(kUnix)) return parse_unix(url, url.substr(kUnix.size()));
  if (url.starts_with(kHttp)) return parse_http(url, url.substr(kHttp.size()), false);
  if (url.starts_with(kHttps)) return parse_http(url, url.substr(kHttps.size()), true);
  return wrong(url, "it must begin with http://, https:// or unix:");
}

}  // namespace pelton::load
