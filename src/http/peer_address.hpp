#pragma once

#include <array>
#include <cstdint>
#include <string_view>

struct sockaddr_storage;

namespace pelton::http {

/// A caller's address as text ("192.0.2.1", "2001:db8::1", "unix"), kept in place.
class PeerAddress {
 public:
  PeerAddress() = default;
  explicit PeerAddress(const sockaddr_storage& address) noexcept;

  std::string_view text() const noexcept { return {text_.data(), size_}; }

 private:
  std::array<char, 46> text_{};  ///< INET6_ADDRSTRLEN
  std::uint8_t size_ = 0;
};

}  // namespace pelton::http
