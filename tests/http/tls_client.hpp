#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "harness.hpp"
#include "support/certificates.hpp"

namespace pelton::http::test {

/// How a test's client shakes hands.
struct TlsOptions {
  int version = 0;                                  ///< TLS1_2_VERSION, …; 0: whatever both speak
  std::string alpn = "http/1.1";                    ///< protocols offered, separated by commas; empty: none
  const pelton::test::TestIdentity* own = nullptr;  ///< its certificate
  std::size_t piece = 0;                            ///< bytes of one send; 0: all that there are
  SSL_SESSION* resumed = nullptr;                   ///< of an earlier connection
  bool handshake = true;
};

/// A client that speaks TLS through memory, so that a test decides which bytes reach the socket and how.
class TlsClient : public Client {
 public:
  explicit TlsClient(std::uint16_t port, const TlsOptions& options = {});

  /// Shakes hands to the end; whether that went well.
  bool shake_hands();
  bool established() const { return SSL_is_init_finished(ssl_.get()) == 1; }
  /// OpenSSL's word for what went wrong: "tlsv1 alert no application protocol".
  const std::string& failure() const { return failure_; }

  bool send(std::string_view bytes) override;
  /// What `bytes` are on the wire; they are not sent.
  std::string sealed(std::string_view bytes);
  /// Sends bytes as they are.
  bool send_raw(std::string_view bytes);
  void send_close_notify();
  /// The client's first message, on the wire; it is not sent.
  std::string hello();
  /// Whether the server ended with close_notify: reads to the end.
  bool was_closed_in_order();

  SSL* ssl() { return ssl_.get(); }
  std::string alpn() const;

 protected:
  ssize_t read_some(char* to, std::size_t room) override;

 private:
  std::string take_output();
  bool flush();
  bool take_input();
  void note_failure();

  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context_;
  std::unique_ptr<SSL, void (*)(SSL*)> ssl_;
  BIO* from_server_ = nullptr;
  BIO* to_server_ = nullptr;
  std::size_t piece_;
  std::string failure_;
};

}  // namespace pelton::http::test
