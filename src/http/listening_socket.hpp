#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "core/result.hpp"
#include "http/settings.hpp"
#include "http/unique_fd.hpp"

namespace pelton::http {

/// A bound, listening, non-blocking socket. A unix socket's file is its own: a stale one is replaced
/// when binding, and it is removed at the end if it is still the same file.
class ListeningSocket {
 public:
  /// Binds and listens. The error names the endpoint. IPv6 sockets take IPv6 alone, so that both
  /// families' wildcard addresses can be named side by side.
  static core::Result<ListeningSocket> open(const Endpoint& endpoint);

  ListeningSocket(ListeningSocket&&) noexcept = default;
  ListeningSocket& operator=(ListeningSocket&&) = delete;
  ~ListeningSocket();

  int fd() const noexcept { return socket_.get(); }
  int release() noexcept { return socket_.release(); }
  /// "http://127.0.0.1:8080", "https://[::1]:8443", "unix:/run/pelton.sock".
  const std::string& address() const noexcept { return address_; }
  std::uint16_t port() const noexcept { return port_; }  ///< 0 for unix sockets
  /// Whether those who come through it speak TLS: a TCP socket whose endpoint says so.
  bool tls() const noexcept { return tls_; }

 private:
  explicit ListeningSocket(UniqueFd socket) noexcept : socket_(std::move(socket)) {}
  static core::Result<ListeningSocket> open_unix(const std::string& path, unsigned mode);
  static core::Result<ListeningSocket> open_inherited(int fd, bool tls);
  core::Result<void> describe(bool tls);

  UniqueFd socket_;
  std::string address_;
  std::string own_path_;  ///< of the file to remove
  dev_t device_ = 0;
  ino_t inode_ = 0;
  std::uint16_t port_ = 0;
  bool tls_ = false;
};

}  // namespace pelton::http
