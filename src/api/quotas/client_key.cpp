#include "api/quotas/client_key.hpp"

#include <algorithm>
#include <array>

#include "api/ip_address.hpp"

namespace pelton::api {

namespace {

// Beside the /64s of IPv6. They look like networks of 0000::/8, which is reserved (RFC 4291, 2.4) and nobody's.
constexpr std::uint64_t kIpv4 = std::uint64_t{1} << 32;
constexpr std::uint64_t kUnix = std::uint64_t{2} << 32;

constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

std::uint64_t big_endian(const std::uint8_t* bytes, int count) noexcept {
  std::uint64_t number = 0;
  for (int i = 0; i < count; ++i) number = number << 8 | bytes[i];
  return number;
}

}  // namespace

ClientKey client_key(std::string_view address) noexcept {
  const auto ip = parse_ip(address);
  if (!ip) return ClientKey{kUnix};
  const bool v4 = std::equal(kMapped.begin(), kMapped.end(), ip->begin());
  return ClientKey{v4 ? kIpv4 | big_endian(ip->data() + kMapped.size(), 4) : big_endian(ip->data(), 8)};
}

}  // namespace pelton::api
