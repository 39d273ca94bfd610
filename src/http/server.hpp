#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "core/result.hpp"
#include "http/service.hpp"
#include "http/settings.hpp"

namespace pelton::http {

/// Called with what happens to connections; one object for all threads, methods thread-safe and cheap.
class ConnectionObserver {
 public:
  virtual ~ConnectionObserver() = default;
  virtual void opened() noexcept = 0;
  virtual void closed() noexcept = 0;
  /// `reason` is a fixed word: "limit", "address_limit", "slow", "protocol", …
  virtual void refused(const char* reason) noexcept = 0;
};

/// Listens, deals accepted sockets to event-loop threads, and carries bytes between them and one
/// Service a thread.
///
///     Server server(settings, clock, factory, observer);
///     if (auto started = server.start(); !started) …   // bound, threads running, accepting
///     server.drain(std::chrono::seconds(10));          // accepted work answered, connections closed
///
/// Owner's thread only.
class Server {
 public:
  Server(ServerSettings settings, const core::Clock& clock, ServiceFactory factory, ConnectionObserver& observer);
  ~Server();

  /// Binds every endpoint, starts the threads and accepts. An error names the endpoint.
  core::Result<void> start();

  /// What was bound, in the order of the settings: "http://127.0.0.1:8080", "https://…", "unix:/run/pelton.sock".
  std::vector<std::string> addresses() const;
  /// The TCP port of endpoint `i` (0 for unix sockets).
  std::uint16_t port(std::size_t i = 0) const;

  /// Shows `identity` to whoever begins a TLS handshake from now on; connections that are there keep
  /// what they have. Not null. Any thread.
  void renew_tls(std::shared_ptr<const tls::ServerContext> identity);

  /// Closes the listeners, answers what has been accepted (`Connection: close`), closes idle
  /// connections, and joins the threads; after `patience` cuts what is left. Whether all was answered.
  bool drain(core::Duration patience);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pelton::http
