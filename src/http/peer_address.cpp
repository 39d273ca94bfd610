#include "http/peer_address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstring>

namespace pelton::http {

static_assert(INET6_ADDRSTRLEN <= 46);

PeerAddress::PeerAddress(const sockaddr_storage& address) noexcept {
  const void* bytes = nullptr;
  if (address.ss_family == AF_INET) bytes = &reinterpret_cast<const sockaddr_in&>(address).sin_addr;
  if (address.ss_family == AF_INET6) bytes = &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr;
  if (bytes == nullptr || inet_ntop(address.ss_family, bytes, text_.data(), INET6_ADDRSTRLEN) == nullptr) {
    std::memcpy(text_.data(), "unix", 5);
  }
  size_ = static_cast<std::uint8_t>(std::strlen(text_.data()));
}

}  // namespace pelton::http
