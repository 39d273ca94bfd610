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

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (letter || c == '-' || c == '.' || c == '_' || c == '~') {
      encoded.push_back(c);
    } else {
      encoded.append({'%', kDigits[byte >> 4], kDigits[byte & 15]});
    }
  }
  return encoded;
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

namespace {

/// A weight in thousandths; -1 where it is malformed.
int weight_of(std::string_view text) noexcept {
  if (text.empty()) return 1000;
  if (text.size() > 5 || (text.size() > 1 && text[1] != '.') || (text[0] != '0' && text[0] != '1')) return -1;
  int weight = 0;
  for (std::size_t i = 0, unit = 1000; i < text.size(); ++i) {
    if (i == 1) continue;
    if (!ascii::is(text[i], ascii::kDigit)) return -1;
    weight += (text[i] - '0') * static_cast<int>(unit);
    unit /= 10;
  }
  return weight <= 1000 ? weight : -1;
}

/// How closely a media range names `type`: 3 exactly, 2 by its first half, 1 as anything at all, 0 not.
int closeness(std::string_view range, std::string_view type) noexcept {
  if (ascii::same(range, type)) return 3;
  if (range == "*/*") return 1;
  const std::size_t slash = type.find('/');
  return range.ends_with("/*") && ascii::same(range.substr(0, range.size() - 1), type.substr(0, slash + 1)) ? 2 : 0;
}

/// The weight that an Accept header gives a type, in thousandths.
int wanted(std::string_view accept, std::string_view type) noexcept {
  int closest = 0;
  int weight = 0;
  while (!accept.empty()) {
    const std::string_view item = next_piece(accept, ',');
    const int close = closeness(ascii::trimmed(item.substr(0, item.find(';'))), type);
    const int its_weight = close > closest ? weight_of(media_parameter(item, "q")) : -1;
    if (its_weight < 0) continue;
    closest = close;
    weight = its_weight;
  }
  return weight;
}

}  // namespace

std::size_t preferred(std::string_view accept, std::span<const std::string_view> offered) noexcept {
  if (accept.empty() || accept == "*/*") return 0;
  std::size_t best = offered.size();
  int most = 0;
  for (std::size_t i = 0; i < offered.size(); ++i) {
    const int weight = wanted(accept, offered[i]);
    if (weight <= most) continue;
    most = weight;
    best = i;
  }
  return best;
}

}  // namespace pelton::api
