#pragma once

#include <sys/socket.h>
#include <sys/types.h>

#include <memory>
#include <string_view>
#include <utility>

#include "http/unique_fd.hpp"
#include "tls/session.hpp"

namespace pelton::http {

/// A connection's socket, spoken to plainly or through TLS. What a plain one pays for that is a branch
/// on a pointer.
class Transport {
 public:
  explicit Transport(UniqueFd socket) noexcept : socket_(std::move(socket)) {}

  explicit operator bool() const noexcept { return static_cast<bool>(socket_); }
  int fd() const noexcept { return socket_.get(); }

  /// As recv(2) and send(2) without waiting.
  ssize_t receive(char* to, std::size_t room) noexcept {
    if (tls_) [[unlikely]]
      return tls_->receive(to, room);
    return ::recv(socket_.get(), to, room, MSG_DONTWAIT);
  }
  ssize_t send(std::string_view bytes) noexcept {
    if (tls_) [[unlikely]]
      return tls_->send(bytes.data(), bytes.size());
    return ::send(socket_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  }
  /// Whether the next receive may give bytes that epoll does not tell of.
  bool holds_more() const noexcept { return tls_ && tls_->holds_more(); }
  /// Whether the next receive is worth its while only once the socket takes output.
  bool receive_needs_output() const noexcept { return tls_ && tls_->receive_needs_output(); }
  /// Bytes have arrived that were not received yet.
  bool bytes_wait() const noexcept;

  bool is_tls() const noexcept { return static_cast<bool>(tls_); }
  /// From here on everything goes through `session`, whose handshake is still to come.
  void secure(std::unique_ptr<tls::Session> session) noexcept { tls_ = std::move(session); }
  tls::Session& session() noexcept { return *tls_; }

  /// Nothing more will be sent; the client is told. What comes now is read raw, to be thrown away.
  void end_sending() noexcept;
  /// Closes the socket, which takes it out of its epoll set. `politely`: an established TLS peer is told
  /// that this is the end (nothing that was to be sent may be left).
  void close(bool politely) noexcept;

 private:
  UniqueFd socket_;
  std::unique_ptr<tls::Session> tls_;
};

}  // namespace pelton::http
