#pragma once

#include <memory>
#include <string>

#include "core/result.hpp"
#include "tls/session.hpp"

namespace pelton::tls {

/// Whom a client believes.
struct Trust {
  bool anybody = false;   ///< the server's certificate is not looked at
  std::string ca_file{};  ///< PEM; empty: the system's authorities
};

/// What a client's connections have in common. Immutable and thread-safe.
class ClientContext {
 public:
  static core::Result<std::shared_ptr<const ClientContext>> make(const Trust& trust);
  ~ClientContext();

  /// The client's end of a connection to `server_name` (a name or an address). Throws std::bad_alloc.
  std::unique_ptr<Session> open(int socket, const std::string& server_name) const;

 private:
  explicit ClientContext(ssl_ctx_st* context) noexcept : context_(context) {}
  ssl_ctx_st* context_;
};

}  // namespace pelton::tls
