#include "tls/session.hpp"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <new>

#include "tls/handles.hpp"

namespace pelton::tls {

namespace {
/// A peer that sends records in which there is nothing for us (key updates, empty ones) must not keep
/// a call busy for as long as it cares to send.
constexpr int kReadsAtOnce = 4;
}  // namespace

/// OpenSSL's own socket BIO raises SIGPIPE and reads as long as there is something; this one does not.
struct SocketBio {
  static Session& session(BIO* bio) noexcept { return *static_cast<Session*>(BIO_get_data(bio)); }

  static int write(BIO* bio, const char* bytes, std::size_t size, std::size_t* written) {
    BIO_clear_retry_flags(bio);
    const ssize_t n = ::send(session(bio).socket_, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n > 0) {
      *written = static_cast<std::size_t>(n);
      return 1;
    }
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
      BIO_set_retry_write(bio);
    } else {
      session(bio).socket_error_ = errno;
    }
    return 0;
  }

  static int read(BIO* bio, char* to, std::size_t room, std::size_t* got) {
    BIO_clear_retry_flags(bio);
    Session& self = session(bio);
    if (self.reads_left_ == 0) {
      BIO_set_retry_read(bio);
      return 0;
    }
    --self.reads_left_;
    const ssize_t n = ::recv(self.socket_, to, room, MSG_DONTWAIT);
    if (n > 0) {
      *got = static_cast<std::size_t>(n);
      return 1;
    }
    if (n == 0) {
      BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
    } else if (errno == EAGAIN || errno == EINTR) {
      BIO_set_retry_read(bio);
    } else {
      self.socket_error_ = errno;
    }
    return 0;
  }

  static long control(BIO* bio, int command, long, void*) {
    if (command == BIO_CTRL_EOF) return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
    return command == BIO_CTRL_FLUSH ? 1 : 0;
  }

  static BIO_METHOD* make_method() {
    BIO_METHOD* const method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
    if (method == nullptr) throw std::bad_alloc();
    BIO_meth_set_write_ex(method, &SocketBio::write);
    BIO_meth_set_read_ex(method, &SocketBio::read);
    BIO_meth_set_ctrl(method, &SocketBio::control);
    return method;
  }

  static BIO* open(Session& session) {
    static BIO_METHOD* const method = make_method();
    BIO* const bio = BIO_new(method);
    if (bio == nullptr) return nullptr;
    BIO_set_data(bio, &session);
    BIO_set_init(bio, 1);
    return bio;
  }
};

namespace {

/// Whom the certificate must name, and what SNI says: a name only (RFC 6066, section 3).
bool expect_name(SSL* ssl, const std::string& name) {
  in6_addr address{};
  X509_VERIFY_PARAM* const wanted = SSL_get0_param(ssl);
  if (::inet_pton(AF_INET, name.c_str(), &address) == 1 || ::inet_pton(AF_INET6, name.c_str(), &address) == 1) {
    return X509_VERIFY_PARAM_set1_ip_asc(wanted, name.c_str()) == 1;
  }
  return SSL_set_tlsext_host_name(ssl, name.c_str()) == 1 && SSL_set1_host(ssl, name.c_str()) == 1;
}

}  // namespace

Session::Session(ssl_ctx_st& context, Role role, int socket, const std::string& server_name)
    : ssl_(SSL_new(&context)), socket_(socket) {
  BIO* const bio = ssl_ == nullptr ? nullptr : SocketBio::open(*this);
  if (bio == nullptr || (!server_name.empty() && !expect_name(ssl_, server_name))) {
    BIO_free(bio);
    SSL_free(ssl_);
    throw std::bad_alloc();
  }
  SSL_set_bio(ssl_, bio, bio);
  if (role == Role::server) {
    SSL_set_accept_state(ssl_);
  } else {
    SSL_set_connect_state(ssl_);
  }
}

Session::~Session() { SSL_free(ssl_); }

Session::Step Session::handshake() noexcept {
  if (failed_) return Step::failed;
  ERR_clear_error();
  reads_left_ = kReadsAtOnce;
  const int done = SSL_do_handshake(ssl_);
  if (done == 1) {
    holds_more_ = SSL_has_pending(ssl_) == 1;
    return Step::done;
  }
  switch (SSL_get_error(ssl_, done)) {
    case SSL_ERROR_WANT_READ: return Step::needs_input;
    case SSL_ERROR_WANT_WRITE: return Step::needs_output;
    default: give_up(EPROTO); return Step::failed;
  }
}

ssize_t Session::receive(char* to, std::size_t room) noexcept {
  if (failed_) return give_up(EPROTO);
  ERR_clear_error();
  reads_left_ = kReadsAtOnce;
  std::size_t got = 0;
  const int done = SSL_read_ex(ssl_, to, room, &got);
  receive_needs_output_ = false;
  holds_more_ = done == 1 && SSL_has_pending(ssl_) == 1;
  if (done == 1) return static_cast<ssize_t>(got);
  switch (SSL_get_error(ssl_, done)) {
    case SSL_ERROR_ZERO_RETURN: return 0;
    case SSL_ERROR_WANT_WRITE: receive_needs_output_ = true; [[fallthrough]];
    case SSL_ERROR_WANT_READ: errno = EAGAIN; return -1;
    case SSL_ERROR_SYSCALL: return give_up(socket_error_ != 0 ? socket_error_ : ECONNRESET);
    default: return give_up(EPROTO);
  }
}

ssize_t Session::send(const char* bytes, std::size_t size) noexcept {
  if (failed_) return give_up(EPROTO);
  std::size_t sent = 0;
  while (sent < size) {
    ERR_clear_error();
    std::size_t taken = 0;
    const int done = SSL_write_ex(ssl_, bytes + sent, size - sent, &taken);
    sent += taken;
    if (done == 1) continue;
    switch (SSL_get_error(ssl_, done)) {
      case SSL_ERROR_WANT_WRITE: errno = EAGAIN; break;
      case SSL_ERROR_SYSCALL: give_up(socket_error_ != 0 ? socket_error_ : ECONNRESET); break;
      default: give_up(EPROTO); break;
    }
    return sent != 0 ? static_cast<ssize_t>(sent) : -1;
  }
  return static_cast<ssize_t>(sent);
}

/// The session is of no more use: OpenSSL must not be asked again after a fatal error.
ssize_t Session::give_up(int socket_error) noexcept {
  if (!failed_) error_ = ERR_peek_error();
  failed_ = true;
  errno = socket_error;
  return -1;
}

void Session::close() noexcept {
  if (failed_ || SSL_is_init_finished(ssl_) == 0) return;
  ERR_clear_error();
  SSL_shutdown(ssl_);
}

std::string Session::failure() const {
  const long verdict = SSL_get_verify_result(ssl_);
  if (verdict != X509_V_OK) return std::string("certificate: ") + X509_verify_cert_error_string(verdict);
  if (error_ != 0) {
    const char* const reason = ERR_reason_error_string(error_);
    return reason != nullptr ? reason : "TLS error " + std::to_string(error_);
  }
  return socket_error_ != 0 ? std::strerror(socket_error_) : "the peer closed the connection";
}

}  // namespace pelton::tls
