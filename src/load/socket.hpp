#pragma once

#include <sys/socket.h>

#include <string>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "load/target.hpp"

namespace pelton::load {

/// A file descriptor that closes itself.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) noexcept : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    if (this != &other) {
      reset();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }
  ~FileDescriptor() { reset(); }

  int get() const noexcept { return fd_; }
  explicit operator bool() const noexcept { return fd_ >= 0; }
  void reset() noexcept;

 private:
  int fd_ = -1;
};

/// A socket address, ready for connect(2).
struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;

  /// A unix socket's; `path` fits (see parse_target).
  static Address unix_socket(const std::string& path) noexcept;
  const sockaddr* get() const noexcept { return reinterpret_cast<const sockaddr*>(&storage); }
};

/// The addresses of a target, in the order to try them (RFC 6724). Blocks while names are looked up.
core::Result<std::vector<Address>> resolve(const Target& target);

/// A connection attempt under way.
struct Attempt {
  FileDescriptor socket;  ///< non-blocking, without Nagle's delay; empty where the attempt failed at once
  bool connected = false;
  int error = 0;  ///< errno of a failure
};

/// Begins to connect; never blocks. A TCP attempt usually goes on: it ends when the socket turns writable.
Attempt begin_connect(const Address& address) noexcept;

/// How the attempt on a writable socket ended: 0 or an errno value.
int connect_error(int socket) noexcept;

}  // namespace pelton::load
