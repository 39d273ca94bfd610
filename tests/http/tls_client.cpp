#include "tls_client.hpp"

#include <openssl/err.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>

namespace pelton::http::test {

namespace {

/// "h2,http/1.1" as RFC 7301 has it.
std::string protocol_list(const std::string& names) {
  std::string list;
  for (std::size_t at = 0; at < names.size();) {
    const std::size_t end = std::min(names.find(',', at), names.size());
    list.push_back(static_cast<char>(end - at));
    list.append(names, at, end - at);
    at = end + 1;
  }
  return list;
}

}  // namespace

TlsClient::TlsClient(std::uint16_t port, const TlsOptions& options)
    : Client(port),
      context_(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free),
      ssl_(nullptr, &SSL_free),
      piece_(options.piece) {
  SSL_CTX_set_security_level(context_.get(), 0);  // so that the server is the one that refuses
  if (options.version != 0) {
    SSL_CTX_set_min_proto_version(context_.get(), options.version);
    SSL_CTX_set_max_proto_version(context_.get(), options.version);
  }
  if (options.own != nullptr) {
    SSL_CTX_use_certificate(context_.get(), options.own->certificate.get());
    SSL_CTX_use_PrivateKey(context_.get(), options.own->key.get());
  }
  ssl_.reset(SSL_new(context_.get()));
  from_server_ = BIO_new(BIO_s_mem());
  to_server_ = BIO_new(BIO_s_mem());
  BIO_set_mem_eof_return(from_server_, -1);
  SSL_set_bio(ssl_.get(), from_server_, to_server_);
  SSL_set_connect_state(ssl_.get());
  if (options.resumed != nullptr) SSL_set_session(ssl_.get(), options.resumed);
  if (!options.alpn.empty()) {
    const std::string list = protocol_list(options.alpn);
    SSL_set_alpn_protos(ssl_.get(), reinterpret_cast<const unsigned char*>(list.data()),
                        static_cast<unsigned>(list.size()));
  }
  if (options.handshake) shake_hands();
}

bool TlsClient::shake_hands() {
  for (;;) {
    ERR_clear_error();
    const int done = SSL_do_handshake(ssl_.get());
    if (done != 1) note_failure();
    flush();
    if (done == 1) return true;
    if (SSL_get_error(ssl_.get(), done) != SSL_ERROR_WANT_READ || !take_input()) return false;
  }
}

void TlsClient::note_failure() {
  const unsigned long error = ERR_peek_error();
  if (error != 0) failure_ = ERR_reason_error_string(error) != nullptr ? ERR_reason_error_string(error) : "?";
}

std::string TlsClient::take_output() {
  std::string bytes(BIO_ctrl_pending(to_server_), '\0');
  if (!bytes.empty()) BIO_read(to_server_, bytes.data(), static_cast<int>(bytes.size()));
  return bytes;
}

bool TlsClient::send_raw(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t piece = piece_ == 0 ? bytes.size() : std::min(piece_, bytes.size());
    if (!Client::send(bytes.substr(0, piece))) return false;
    bytes.remove_prefix(piece);
  }
  return true;
}

bool TlsClient::flush() { return send_raw(take_output()); }

bool TlsClient::take_input() {
  char bytes[65536];
  const ssize_t n = Client::read_some(bytes, sizeof bytes);
  if (n <= 0) return false;
  BIO_write(from_server_, bytes, static_cast<int>(n));
  return true;
}

bool TlsClient::send(std::string_view bytes) { return send_raw(sealed(bytes)); }

std::string TlsClient::sealed(std::string_view bytes) {
  ERR_clear_error();
  if (!bytes.empty() && SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())) <= 0) note_failure();
  return take_output();
}

std::string TlsClient::hello() {
  SSL_do_handshake(ssl_.get());
  return take_output();
}

void TlsClient::send_close_notify() {
  SSL_shutdown(ssl_.get());
  flush();
}

ssize_t TlsClient::read_some(char* to, std::size_t room) {
  for (;;) {
    ERR_clear_error();
    const int n = SSL_read(ssl_.get(), to, static_cast<int>(room));
    if (n <= 0) note_failure();
    flush();
    if (n > 0) return n;
    if (SSL_get_error(ssl_.get(), n) != SSL_ERROR_WANT_READ) return 0;
    if (!take_input()) return errno == ECONNRESET ? -1 : 0;
  }
}

bool TlsClient::was_closed_in_order() {
  read_all();
  return (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0 && !was_reset();
}

std::string TlsClient::alpn() const {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl_.get(), &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

}  // namespace pelton::http::test
