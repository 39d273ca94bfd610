#include "api/query.hpp"

#include "http/ascii.hpp"

namespace pelton::api {

namespace ascii = http::ascii;

namespace {

/// Cuts `text` at the first `separator`: returns what is before it, leaves what is after.
std::string_view next_piece(std::string_view& text, char separator) noexcept {
  const std::size_t at = text.find(separator);
  const std::string_view piece = text.substr(0, at);
  text = at == std::string_view::npos ? std::string_view() : text.substr(at + 1);
  return piece;
}

}  // namespace

std::string percent_decoded(std::string_view text, bool form) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && ascii::is(text[i + 1], ascii::kHex) &&
        ascii::is(text[i + 2], ascii::kHex)) {
      decoded.push_back(static_cast<char>(ascii::hex(text[i + 1]) * 16 + ascii::hex(text[i + 2])));
      i += 2;
    } else {
      decoded.push_back(form && text[i] == '+' ? ' ' : text[i]);
    }
  }
  return decoded;
}

std::string_view decoded(std::string_view text, std::string& scratch) {
  if (text.find('%') == std::string_view::npos) return text;
  scratch = percent_decoded(text);
  return scratch;
}

bool for_each_parameter(std::string_view query, const std::function<bool(std::string_view, std::string_view)>& visit) {
  while (!query.empty()) {
    std::string_view value = next_piece(query, '&');
    if (value.empty()) continue;
    const std::string_view name = next_piece(value, '=');
    if (!visit(percent_decoded(name, true), percent_decoded(value, true))) return false;
  }
  return true;
}

bool is_media_type(std::string_view content_type, std::string_view expected) noexcept {
  return ascii::same(ascii::trimmed(next_piece(content_type, ';')), expected);
}

std::string_view media_parameter(std::string_view content_type, std::string_view name) noexcept {
  next_piece(content_type, ';');
  while (!content_type.empty()) {
    std::string_view value = next_piece(content_type, ';');
    if (!ascii::same(ascii::trimmed(next_piece(value, '=')), name)) continue;
    value = ascii::trimmed(value);
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    return value;
  }
  return {};
}

bool accepts(std::string_view accept, std::string_view type) noexcept {
  while (!accept.empty()) {
    const std::string_view item = next_piece(accept, ',');
    if (!is_media_type(item, type)) continue;
    const std::string_view weight = media_parameter(item, "q");
    // "0", "0.", "0.0", "0.000" are the spellings of "not this one" (RFC 9110, 12.4.2).
    const bool refused = !weight.empty() && weight.find_first_not_of("0.") == std::string_view::npos;
    return !refused;
  }
  return false;
}

}  // namespace pelton::api
