#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace pelton::test {

struct Reply {
  int status = 0;
  std::string head;  ///< status line and headers
  std::string body;

  /// The value of a header, or "" where there is none.
  std::string header(std::string_view name) const {
    std::string lowered = head;
    std::string wanted = "\r\n" + std::string(name) + ": ";
    const auto lower = [](unsigned char c) { return static_cast<char>(std::tolower(c)); };
    std::transform(lowered.begin(), lowered.end(), lowered.begin(), lower);
    std::transform(wanted.begin(), wanted.end(), wanted.begin(), lower);
    const std::size_t at = lowered.find(wanted);
    if (at == std::string::npos) return {};
    const std::size_t from = at + wanted.size();
    return head.substr(from, head.find("\r\n", from) - from);
  }
};

/// A plain blocking HTTP/1.1 client on one connection to 127.0.0.1; throws where the talk breaks down.
class HttpClient {
 public:
  explicit HttpClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int one = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    const timeval patience{.tv_sec = 60, .tv_usec = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      throw std::runtime_error("connect failed");
    }
  }
  ~HttpClient() {
    if (socket_ >= 0) ::close(socket_);
  }
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  Reply get(std::string_view target, std::string_view headers = {}) { return exchange("GET", target, headers, {}); }
  Reply post(std::string_view target, std::string_view body, std::string_view headers = {}) {
    return exchange("POST", target, headers, body);
  }
  /// `headers` are complete lines, each ending in CRLF.
  Reply exchange(std::string_view method, std::string_view target, std::string_view headers, std::string_view body) {
    send(request(method, target, headers, body));
    return receive(method == "HEAD");
  }
  static std::string request(std::string_view method, std::string_view target, std::string_view headers,
                             std::string_view body) {
    std::string text(method);
    text.append(" ").append(target).append(" HTTP/1.1\r\nHost: test\r\n").append(headers);
    if (!body.empty() || method == "POST")
      text.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
    return text.append("\r\n").append(body);
  }

  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t n = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) throw std::runtime_error("send failed");
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
  }

  /// The next reply with a Content-Length (or none, and then no body).
  Reply receive(bool without_body = false) {
    Reply reply = receive_head();
    if (reply.header("Transfer-Encoding") == "chunked" && !without_body) {
      for (std::string chunk = receive_chunk(); !chunk.empty(); chunk = receive_chunk()) reply.body += chunk;
      return reply;
    }
    const std::string length = reply.header("Content-Length");
    const std::size_t size = without_body || length.empty() ? 0 : std::stoul(length);
    while (pending_.size() < size) more();
    reply.body = pending_.substr(0, size);
    pending_.erase(0, size);
    return reply;
  }

  /// The next reply without its body.
  Reply receive_head() {
    std::size_t end;
    while ((end = pending_.find("\r\n\r\n")) == std::string::npos) more();
    Reply reply;
    reply.head = pending_.substr(0, end + 2);
    reply.status = std::atoi(reply.head.c_str() + 9);
    pending_.erase(0, end + 4);
    return reply;
  }
  /// The next chunk of a chunked body; empty at its end.
  std::string receive_chunk() {
    std::size_t end;
    while ((end = pending_.find("\r\n")) == std::string::npos) more();
    const std::size_t size = std::stoul(pending_.substr(0, end), nullptr, 16);
    while (pending_.size() < end + 2 + size + 2) more();
    std::string chunk = pending_.substr(end + 2, size);
    pending_.erase(0, end + 2 + size + 2);
    return chunk;
  }
  /// Ends the sending half alone.
  void end_sending() { ::shutdown(socket_, SHUT_WR); }
  /// Ends the connection at once, as whoever gives up does.
  void reset() {
    reset_when_closed();
    ::close(std::exchange(socket_, -1));
  }
  /// Its end will be a reset of the connection, whatever is still on the way.
  void reset_when_closed() {
    const linger now{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  }

  /// As recv(2): for whoever keeps nothing.
  std::size_t receive_raw(char* to, std::size_t room) {
    const ssize_t n = ::recv(socket_, to, room, 0);
    return n > 0 ? static_cast<std::size_t>(n) : 0;
  }

 private:
  void more() {
    char buffer[65536];
    const ssize_t n = ::recv(socket_, buffer, sizeof buffer, 0);
    if (n <= 0) throw std::runtime_error("connection ended early");
    pending_.append(buffer, static_cast<std::size_t>(n));
  }

  int socket_;
  std::string pending_;
};

}  // namespace pelton::test
