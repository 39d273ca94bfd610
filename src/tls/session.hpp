#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>

struct ssl_st;
struct ssl_ctx_st;

namespace pelton::tls {

enum class Role { server, client };

/// One end of a TLS connection over a non-blocking socket that somebody else owns and outlives it.
///
/// After the handshake, receive and send are what recv(2) and send(2) are to a plain socket. OpenSSL
/// reads ahead, so a small request is one recv and its answer one send; what it read beyond the bytes
/// handed out stands in memory, where epoll does not see it: see holds_more. Not thread-safe.
class Session {
 public:
  enum class Step { done, needs_input, needs_output, failed };

  /// Takes a reference to `context`. `server_name`: whom a client means to reach (a name or an address,
  /// checked against the certificate), empty where it does not care. Throws std::bad_alloc.
  Session(ssl_ctx_st& context, Role role, int socket, const std::string& server_name = {});
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Goes on with the handshake as far as the socket lets it.
  Step handshake() noexcept;
  /// As recv: 0 once the peer has said that it sends no more, -1 with errno (EAGAIN, EPROTO where the
  /// peer broke the protocol, or the socket's). Reads the socket a few times at most.
  ssize_t receive(char* to, std::size_t room) noexcept;
  /// As send: less than `size` only where the socket is full. What was not taken must come again, at
  /// the front of what the next call sends; it may lie elsewhere in memory by then.
  ssize_t send(const char* bytes, std::size_t size) noexcept;
  /// Bytes have been read from the socket that the next receive may make something of.
  bool holds_more() const noexcept { return holds_more_; }
  /// The last receive stopped because the socket must take something first (an answer to a key update).
  bool receive_needs_output() const noexcept { return receive_needs_output_; }
  /// Tells the peer that nothing more comes, if the connection is whole and the socket takes it.
  void close() noexcept;
  /// What went wrong, for people.
  std::string failure() const;

 private:
  friend struct SocketBio;
  ssize_t give_up(int socket_error) noexcept;

  ssl_st* ssl_;
  int socket_;
  int reads_left_ = 0;  ///< of the socket, in this call
  int socket_error_ = 0;
  unsigned long error_ = 0;  ///< OpenSSL's
  bool failed_ = false;
  bool holds_more_ = false;
  bool receive_needs_output_ = false;
};

}  // namespace pelton::tls
