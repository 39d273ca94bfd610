#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/clock.hpp"
#include "core/result.hpp"
#include "tls/session.hpp"

namespace pelton::tls {

enum class ClientCertificates : std::uint8_t { none, optional, required };
enum class Version : std::uint8_t { tls12, tls13 };

/// What a server shows and asks for. Files are PEM.
struct ServerIdentity {
  std::string certificate;  ///< its own, then those that lead to an authority; RSA from 2048 bits, or ECDSA
  std::string key;          ///< of the first certificate, not encrypted
  std::string client_ca{};  ///< authorities of clients' certificates; needed unless none are asked for
  ClientCertificates client_certificates = ClientCertificates::none;
  Version minimum = Version::tls12;
};

/// What is wrong with an identity, and with which of its settings.
struct Fault {
  enum class Part { certificate, key, client_ca };
  Part part;
  core::Error error;  ///< names the file
};

/// An identity ready for handshakes. Immutable and thread-safe; sessions keep what they need of it, so
/// it may be replaced at any time.
///
/// TLS 1.2 and 1.3 with forward secrecy and authenticated encryption only; no renegotiation, no
/// compression, no early data. Sessions are resumed by tickets whose keys change every hour and end with
/// the context. Of the protocols a client offers (ALPN) http/1.1 is taken, and if that is not among
/// them the handshake fails.
class ServerContext {
 public:
  static core::Result<std::shared_ptr<const ServerContext>, Fault> load(const ServerIdentity& identity,
                                                                        const core::Clock& clock);
  ~ServerContext();

  /// The server's end of a connection. Throws std::bad_alloc.
  std::unique_ptr<Session> open(int socket) const;

  /// The first certificate's subject: "CN=models.example".
  const std::string& subject() const noexcept { return subject_; }
  /// The end of its life: "Jan  1 00:00:00 2030 GMT".
  const std::string& valid_until() const noexcept { return valid_until_; }
  /// Whether the present lies outside its life.
  bool out_of_date() const noexcept;

 private:
  explicit ServerContext(ssl_ctx_st* context);

  ssl_ctx_st* context_;
  std::string subject_;
  std::string valid_until_;
};

}  // namespace pelton::tls
