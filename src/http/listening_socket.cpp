#include "http/listening_socket.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include "http/peer_address.hpp"

namespace pelton::http {

namespace {

constexpr int kBacklog = 4096;  // the kernel cuts it to net.core.somaxconn

void set_option(int fd, int level, int name, int value) noexcept {
  // Every option set here only tunes; where one is refused the socket still serves.
  (void)::setsockopt(fd, level, name, &value, sizeof value);
}

core::Error unix_error(const std::string& path, int error_number) {
  return core::errno_error("cannot listen on unix:" + path, error_number);
}

/// Whether somebody still listens on the socket file at `address`.
bool answers(const sockaddr_un& address) {
  const UniqueFd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!probe) return true;
  return ::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ||
         errno != ECONNREFUSED;
}

}  // namespace

core::Result<ListeningSocket> ListeningSocket::open(const Endpoint& endpoint) {
  if (endpoint.inherited_fd >= 0) return open_inherited(endpoint.inherited_fd, endpoint.tls);
  if (!endpoint.unix_path.empty()) return open_unix(endpoint.unix_path, endpoint.unix_mode);

  const std::string name = endpoint.host + ":" + std::to_string(endpoint.port);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int failure = ::getaddrinfo(endpoint.host.c_str(), std::to_string(endpoint.port).c_str(), &hints, &found);
  if (failure != 0) {
    return core::Error(core::ErrorCode::io, "cannot listen on " + name + ": " + ::gai_strerror(failure));
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(found, &::freeaddrinfo);

  UniqueFd socket(::socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return core::errno_error("cannot listen on " + name, errno);
  set_option(socket.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  if (found->ai_family == AF_INET6) set_option(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, 1);
  // Accepted sockets inherit it, which saves a system call for each.
  set_option(socket.get(), IPPROTO_TCP, TCP_NODELAY, 1);
  if (::bind(socket.get(), found->ai_addr, found->ai_addrlen) != 0 || ::listen(socket.get(), kBacklog) != 0) {
    return core::errno_error("cannot listen on " + name, errno);
  }
  ListeningSocket listening(std::move(socket));
  if (auto described = listening.describe(endpoint.tls); !described) return described.error();
  return listening;
}

core::Result<ListeningSocket> ListeningSocket::open_unix(const std::string& path, unsigned mode) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return unix_error(path, ENAMETOOLONG);
  std::memcpy(address.sun_path, path.data(), path.size());

  struct stat status {};
  if (::lstat(path.c_str(), &status) == 0) {
    if (!S_ISSOCK(status.st_mode)) return unix_error(path, EEXIST);
    if (answers(address)) return unix_error(path, EADDRINUSE);
    if (::unlink(path.c_str()) != 0) return unix_error(path, errno);
  }
  UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return unix_error(path, errno);
  // The mode before listening: nobody connects in between.
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::chmod(path.c_str(), mode) != 0 || ::listen(socket.get(), kBacklog) != 0) {
    return unix_error(path, errno);
  }
  ListeningSocket listening(std::move(socket));
  if (auto described = listening.describe(false); !described) return described.error();
  if (::lstat(path.c_str(), &status) == 0) {
    listening.own_path_ = path;
    listening.device_ = status.st_dev;
    listening.inode_ = status.st_ino;
  }
  return listening;
}

core::Result<ListeningSocket> ListeningSocket::open_inherited(int fd, bool tls) {
  const std::string name = "inherited descriptor " + std::to_string(fd);
  int listens = 0;
  socklen_t size = sizeof listens;
  if (::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0) return core::errno_error(name, errno);
  if (listens == 0) return core::Error(core::ErrorCode::invalid_argument, name + ": not a listening socket");
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags < 0 || ::fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0 || ::fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) {
    return core::errno_error(name, errno);
  }
  ListeningSocket listening{UniqueFd(fd)};
  if (auto described = listening.describe(tls); !described) return described.error();
  if (listening.port_ != 0) set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  return listening;
}

core::Result<void> ListeningSocket::describe(bool tls) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getsockname(fd(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    return core::errno_error("cannot tell where it listens", errno);
  }
  const std::string host(PeerAddress(address).text());
  tls_ = tls && address.ss_family != AF_UNIX;
  const std::string scheme = tls_ ? "https://" : "http://";
  if (address.ss_family == AF_INET) {
    port_ = ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
    address_ = scheme + host + ":" + std::to_string(port_);
  } else if (address.ss_family == AF_INET6) {
    port_ = ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
    address_ = scheme + "[" + host + "]:" + std::to_string(port_);
  } else {
    address_ = std::string("unix:") + reinterpret_cast<const sockaddr_un&>(address).sun_path;
  }
  return {};
}

ListeningSocket::~ListeningSocket() {
  struct stat status {};
  if (own_path_.empty() || ::lstat(own_path_.c_str(), &status) != 0) return;
  if (status.st_dev == device_ && status.st_ino == inode_) ::unlink(own_path_.c_str());
}

}  // namespace pelton::http
