#pragma once

#include <sys/socket.h>
#include <sys/types.h>

#include <memory>
#include <utility>

#include "load/socket.hpp"
#include "tls/session.hpp"

namespace pelton::load {

/// A connection's socket, spoken to plainly or through TLS; never waits.
class Channel {
 public:
  Channel() = default;
  explicit Channel(FileDescriptor socket) noexcept : socket_(std::move(socket)) {}

  int fd() const noexcept { return socket_.get(); }
  explicit operator bool() const noexcept { return static_cast<bool>(socket_); }
  void reset() noexcept {
    tls_.reset();
    socket_.reset();
  }

  /// From here on everything goes through `session`, whose handshake is still to come.
  void secure(std::unique_ptr<tls::Session> session) noexcept { tls_ = std::move(session); }
  tls::Session& session() noexcept { return *tls_; }

  /// As send(2) and recv(2).
  ssize_t send(const char* bytes, std::size_t size) noexcept {
    if (tls_) return tls_->send(bytes, size);
    return ::send(socket_.get(), bytes, size, MSG_NOSIGNAL);
  }
  ssize_t receive(char* to, std::size_t room) noexcept {
    if (tls_) return tls_->receive(to, room);
    return ::recv(socket_.get(), to, room, 0);
  }
  /// The next receive may give bytes that epoll does not tell of.
  bool holds_more() const noexcept { return tls_ && tls_->holds_more(); }

 private:
  FileDescriptor socket_;
  std::unique_ptr<tls::Session> tls_;
};

}  // namespace pelton::load
