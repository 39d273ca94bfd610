// Any bytes into the server's end of a TLS connection, before the handshake or after it: nothing that
// the peer's keys did not seal comes through, and a session that has failed stays failed.
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "support/certificates.hpp"
#include "support/temporary_folder.hpp"
#include "tls/client_context.hpp"
#include "tls/server_context.hpp"

using pelton::tls::ClientContext;
using pelton::tls::ServerContext;
using pelton::tls::Session;

namespace {

std::shared_ptr<const ServerContext> make_server() {
  const pelton::test::TemporaryFolder folder;
  const pelton::test::TestIdentity identity = pelton::test::make_identity({});
  pelton::test::put_file(folder.path() / "certificate.pem", identity.certificate_pem());
  pelton::test::put_file(folder.path() / "key.pem", identity.key_pem());
  auto loaded = ServerContext::load(
      {.certificate = (folder.path() / "certificate.pem").string(), .key = (folder.path() / "key.pem").string()},
      pelton::core::SteadyClock::instance());
  if (!loaded) std::abort();
  return *loaded;
}

/// Sends `size` bytes in pieces, after each of which the server looks.
template <class Look>
void feed(int socket, const std::uint8_t* data, std::size_t size, std::size_t piece, Look look) {
  for (std::size_t at = 0; at < size; at += piece) {
    if (::send(socket, data + at, std::min(piece, size - at), MSG_NOSIGNAL | MSG_DONTWAIT) < 0) break;
    look();
  }
  ::shutdown(socket, SHUT_WR);
  for (int i = 0; i < 4; ++i) look();
}

void greet(Session& server, Session& client) {
  Session::Step server_at = Session::Step::needs_input;
  Session::Step client_at = Session::Step::needs_input;
  for (int i = 0; i < 10 && (server_at != Session::Step::done || client_at != Session::Step::done); ++i) {
    client_at = client.handshake();
    server_at = server.handshake();
  }
  if (server_at != Session::Step::done || client_at != Session::Step::done) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto servers = make_server();
  static const auto clients = *ClientContext::make({.anybody = true});
  if (size < 2) return 0;
  const bool greeted = (data[0] & 1) != 0;
  const std::size_t piece = data[1] == 0 ? size : data[1];
  int sockets[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, sockets) != 0) std::abort();
  {
    const auto server = servers->open(sockets[0]);
    const auto client = clients->open(sockets[1], "");
    if (greeted) greet(*server, *client);
    bool failed = false;
    feed(sockets[1], data + 2, size - 2, piece, [&] {
      char bytes[64];
      if (!greeted) {
        const Session::Step step = server->handshake();
        if (step == Session::Step::done || (failed && step != Session::Step::failed)) std::abort();
        failed = step == Session::Step::failed;
        return;
      }
      const ssize_t n = server->receive(bytes, sizeof bytes);
      if (n > 0 || (failed && (n == 0 || errno == EAGAIN))) std::abort();
      failed = n < 0 && errno != EAGAIN;
    });
    server->close();
  }
  ::close(sockets[0]);
  ::close(sockets[1]);
  return 0;
}
