#include "api/cors.hpp"

#include <algorithm>

#include "codec/field_errors.hpp"
#include "http/ascii.hpp"

namespace pelton::api {

namespace ascii = http::ascii;

namespace {

constexpr std::size_t kLongestOrigin = 200;

/// What pages may read of an answer besides its body and type.
constexpr std::string_view kExposed =
    "Access-Control-Expose-Headers: Server-Timing, X-Request-Id, Retry-After, ETag, "
    "Inference-Header-Content-Length\r\n";
constexpr std::string_view kPreflight =
    "Access-Control-Allow-Headers: Accept, Authorization, Content-Encoding, Content-Type, If-None-Match, "
    "Inference-Header-Content-Length, X-Request-Id\r\n"
    "Access-Control-Max-Age: 600\r\n";

/// `scheme://host[:port]` as browsers send it (RFC 6454, 6.2), or "null".
bool is_origin(std::string_view text) noexcept {
  if (text == "null") return true;
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos || colon == 0 || text.size() > kLongestOrigin) return false;
  const std::string_view host = text.substr(colon + 3);
  const auto all = [](std::string_view part, auto&& good) { return std::all_of(part.begin(), part.end(), good); };
  const auto lower_or_digit = [](char c) { return (c >= 'a' && c <= 'z') || ascii::is(c, ascii::kDigit); };
  return !host.empty() &&
         all(text.substr(0, colon), [&](char c) { return lower_or_digit(c) || c == '+' || c == '-' || c == '.'; }) &&
         all(host, [&](char c) {
           return lower_or_digit(c) || c == '-' || c == '.' || c == '_' || c == ':' || c == '[' || c == ']';
         });
}

}  // namespace

core::Result<Cors> Cors::parse(std::string_view list) {
  Cors cors;
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    const std::string_view origin = ascii::trimmed(list.substr(0, comma));
    list.remove_prefix(std::min(comma + 1, list.size()));
    if (origin == "*") {
      cors.any_ = true;
    } else if (is_origin(origin)) {
      cors.allowed_.emplace_back(origin, "Vary: Origin\r\nAccess-Control-Allow-Origin: " + std::string(origin) +
                                             "\r\n" + std::string(kExposed));
    } else if (!origin.empty()) {
      return core::Error(core::ErrorCode::invalid_argument,
                         "expected \"*\" or origins such as \"https://shop.example\" (scheme, host and port, in lower "
                         "case, no path), got " +
                             codec::in_quotes(origin));
    }
  }
  if (cors.any_) {
    cors.others_ = "Access-Control-Allow-Origin: *\r\n" + std::string(kExposed);
  } else if (!cors.allowed_.empty()) {
    cors.others_ = "Vary: Origin\r\n";
  }
  return cors;
}

std::string_view Cors::lines(const http::RequestView& request) const noexcept {
  if (!enabled()) return {};
  if (!any_) {
    const std::string_view origin = request.header("Origin");
    for (const auto& [allowed, its_lines] : allowed_) {
      if (allowed == origin) return its_lines;
    }
  }
  return others_;
}

bool Cors::allows(std::string_view origin) const noexcept {
  return any_ || std::any_of(allowed_.begin(), allowed_.end(), [&](const auto& each) { return each.first == origin; });
}

std::string Cors::preflight_lines(const http::RequestView& request, std::string_view allow) const {
  const std::string_view origin = request.header("Origin");
  if (origin.empty() || request.header("Access-Control-Request-Method").empty() || !allows(origin)) return {};
  return "Access-Control-Allow-Methods: " + std::string(allow) + "\r\n" + std::string(kPreflight);
}

}  // namespace pelton::api
