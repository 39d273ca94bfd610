#include "load/socket.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

namespace pelton::load {

void FileDescriptor::reset() noexcept {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

Address Address::unix_socket(const std::string& path) noexcept {
  Address address;
  sockaddr_un un{};
  un.sun_family = AF_UNIX;
  std::memcpy(un.sun_path, path.data(), std::min(path.size(), sizeof(un.sun_path) - 1));
  std::memcpy(&address.storage, &un, sizeof(un));
  address.size = sizeof(un);
  return address;
}

core::Result<std::vector<Address>> resolve(const Target& target) {
  if (target.is_unix()) return std::vector<Address>{Address::unix_socket(target.unix_path)};
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int failure = ::getaddrinfo(target.host.c_str(), std::to_string(target.port).c_str(), &hints, &found);
  if (failure != 0) {
    return core::Error(core::ErrorCode::not_found, "host \"" + target.host + "\": " + ::gai_strerror(failure));
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, ::freeaddrinfo);
  std::vector<Address> addresses;
  for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
    Address address;
    std::memcpy(&address.storage, at->ai_addr, at->ai_addrlen);
    address.size = at->ai_addrlen;
    addresses.push_back(address);
  }
  return addresses;
}

Attempt begin_connect(const Address& address) noexcept {
  Attempt attempt;
  attempt.socket = FileDescriptor(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!attempt.socket) {
    attempt.error = errno;
    return attempt;
  }
  if (address.storage.ss_family != AF_UNIX) {
    const int one = 1;
    ::setsockopt(attempt.socket.get(), IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
  }
  if (::connect(attempt.socket.get(), address.get(), address.size) == 0) {
    attempt.connected = true;
  } else if (errno != EINPROGRESS) {
    attempt.error = errno;
    attempt.socket.reset();
  }
  return attempt;
}

int connect_error(int socket) noexcept {
  int error = 0;
  socklen_t size = sizeof(error);
  return ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

}  // namespace pelton::load
