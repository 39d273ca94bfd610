#pragma once

#include <openssl/evp.h>
#include <openssl/ssl.h>

#include <array>
#include <chrono>
#include <mutex>

#include "core/clock.hpp"

namespace pelton::tls {

/// The keys that session tickets are sealed with (RFC 5077): made at random, one an hour; tickets of
/// the hour before are still taken, and renewed. So what a stolen key opens is two hours of handshakes
/// that were resumed. Thread-safe.
class TicketKeys {
 public:
  static constexpr core::Duration kLife = std::chrono::hours(1);

  /// Gives `context` keys of its own, which live as long as it does. Throws std::bad_alloc.
  static void rotate_in(SSL_CTX& context, const core::Clock& clock);

 private:
  struct Key {
    std::array<unsigned char, 16> name{};
    std::array<unsigned char, 32> cipher{};
    std::array<unsigned char, 32> mac{};
  };

  explicit TicketKeys(const core::Clock& clock) noexcept : clock_(clock) {}
  static int owner_index();
  static int on_ticket(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac,
                       int sealing);
  bool rotate();
  int seal(unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac);
  int unseal(const unsigned char* name, const unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac);

  const core::Clock& clock_;
  std::mutex mutex_;
  core::TimePoint made_{};  ///< when the current key was
  bool any_ = false;
  bool any_previous_ = false;
  Key current_;
  Key previous_;
};

}  // namespace pelton::tls
