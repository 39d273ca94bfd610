// The floor of what a server costs: epoll, one thread, and one fixed answer to every request.
//
//   epoll_floor PORT         listens on 127.0.0.1:PORT
//   epoll_floor unix:SOCKET  listens on a unix socket
//
// It finds where a request ends (Content-Length, pipelining and split packets included) and looks at
// nothing else: no routing, no JSON, no model. A server that answers the same bytes can be no cheaper
// than this with the same system calls, so bench/compare tells every server's cost as a multiple of it.

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <unordered_map>

namespace {

constexpr std::string_view kAnswer =
    "HTTP/1.1 200 OK\r\n"
    "Content-Type: application/json\r\n"
    "Content-Length: 14\r\n"
    "\r\n"
    "{\"result\":2.0}";
constexpr std::size_t kLargestRequest = 64 * 1024;

[[noreturn]] void stop(const char* what) {
  std::perror(what);
  std::exit(1);
}

int listen_tcp(std::uint16_t port) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  const int one = 1;
  ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) stop("bind");
  return listener;
}

int listen_unix(std::string_view path) {
  const int listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) {
    errno = ENAMETOOLONG;
    stop("unix socket");
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  ::unlink(address.sun_path);
  if (::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) stop("bind");
  return listener;
}

/// Length of the request that `bytes` begins with, or 0 if it is not whole yet.
std::size_t request_length(std::string_view bytes) {
  const std::size_t head = bytes.find("\r\n\r\n");
  if (head == std::string_view::npos) return 0;
  constexpr std::string_view kName = "\r\nContent-Length: ";
  std::size_t body = 0;
  const std::size_t at = bytes.substr(0, head).find(kName);
  if (at != std::string_view::npos) {
    std::from_chars(bytes.data() + at + kName.size(), bytes.data() + head, body);
  }
  const std::size_t whole = head + 4 + body;
  return whole <= bytes.size() ? whole : 0;
}

/// Serves until killed.
class FixedReplyServer {
 public:
  explicit FixedReplyServer(int listener) : listener_(listener), epoll_(::epoll_create1(0)) {
    if (::listen(listener_, SOMAXCONN) != 0) stop("listen");
    watch(listener_);
  }

  [[noreturn]] void run() {
    std::array<epoll_event, 256> events;
    for (;;) {
      const int ready = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
      if (ready < 0 && errno != EINTR) stop("epoll_wait");
      for (int i = 0; i < ready; ++i) {
        const int fd = events[static_cast<std::size_t>(i)].data.fd;
        if (fd == listener_) {
          accept_all();
        } else if (!serve(fd)) {
          unfinished_.erase(fd);
          ::close(fd);
        }
      }
    }
  }

 private:
  void watch(int fd) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) stop("epoll_ctl");
  }

  void accept_all() {
    for (int fd = 0; (fd = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK)) >= 0;) {
      const int one = 1;
      ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
      watch(fd);
    }
  }

  /// Answers every whole request that has come; false when the connection is over.
  bool serve(int fd) {
    const ssize_t got = ::recv(fd, input_.data(), input_.size(), 0);
    if (got < 0) return errno == EAGAIN || errno == EINTR;
    if (got == 0) return false;
    std::string_view bytes(input_.data(), static_cast<std::size_t>(got));
    const auto before = unfinished_.empty() ? unfinished_.end() : unfinished_.find(fd);
    std::string joined;
    if (before != unfinished_.end()) {
      joined = before->second.append(bytes);
      unfinished_.erase(before);
      bytes = joined;
    }
    output_.clear();
    while (const std::size_t length = request_length(bytes)) {
      output_.append(kAnswer);
      bytes.remove_prefix(length);
    }
    if (bytes.size() > kLargestRequest) return false;
    if (!bytes.empty()) unfinished_[fd] = bytes;
    // A client that does not read its answers is no part of the measurement: it is hung up on.
    return output_.empty() ||
           ::send(fd, output_.data(), output_.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(output_.size());
  }

  int listener_;
  int epoll_;
  std::array<char, kLargestRequest> input_{};
  std::string output_;
  std::unordered_map<int, std::string> unfinished_;  ///< the beginnings of requests that came in pieces
};

}  // namespace

int main(int argc, char** argv) {
  const std::string_view where = argc == 2 ? argv[1] : "";
  int listener = -1;
  if (where.starts_with("unix:")) {
    listener = listen_unix(where.substr(5));
  } else {
    std::uint16_t port = 0;
    if (std::from_chars(where.data(), where.data() + where.size(), port).ec != std::errc() || port == 0) {
      std::fputs("usage: epoll_floor PORT | unix:SOCKET\n", stderr);
      return 2;
    }
    listener = listen_tcp(port);
  }
  static FixedReplyServer server(listener);
  server.run();
}
