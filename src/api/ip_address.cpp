#include "api/ip_address.hpp"

#include <arpa/inet.h>

#include <cstring>

namespace pelton::api {

std::optional<IpAddress> parse_ip(std::string_view text) noexcept {
  if (text.size() >= 2 && text.front() == '[' && text.back() == ']') text = text.substr(1, text.size() - 2);
  std::array<char, INET6_ADDRSTRLEN> spelled;
  if (text.empty() || text.size() >= spelled.size()) return std::nullopt;
  std::memcpy(spelled.data(), text.data(), text.size());
  spelled[text.size()] = '\0';
  IpAddress address{};
  if (std::memchr(text.data(), ':', text.size()) != nullptr) {
    if (inet_pton(AF_INET6, spelled.data(), address.data()) != 1) return std::nullopt;
    return address;
  }
  address[10] = address[11] = 0xFF;
  if (inet_pton(AF_INET, spelled.data(), address.data() + 12) != 1) return std::nullopt;
  return address;
}

}  // namespace pelton::api
