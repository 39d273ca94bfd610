#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace pelton::tls {
class ServerContext;
}

namespace pelton::http {

/// Where to listen: a TCP address and port, or a unix socket, or a socket somebody opened for us.
struct Endpoint {
  std::string host = "127.0.0.1";  ///< IPv4 or IPv6 literal, or a name that resolves to one
  std::uint16_t port = 0;          ///< 0 picks a free one
  std::string unix_path{};         ///< not empty: a unix stream socket at that path, host and port unused
  unsigned unix_mode = 0660;       ///< permissions of the unix socket: who may connect
  int inherited_fd = -1;           ///< not negative: already bound and listening (LISTEN_FDS)
  bool tls = false;                ///< TCP only: clients speak TLS
};

/// Bounds that keep one caller from harming the others. All are settings; these are the defaults.
struct Limits {
  std::size_t header_bytes = 16 * 1024;       ///< request line and headers together (431, 414 for the target)
  std::size_t header_count = 100;             ///< 431
  std::size_t target_bytes = 8 * 1024;        ///< 414
  std::size_t body_bytes = 64 * 1024 * 1024;  ///< as sent, and inflated (413)
  std::uint64_t stream_bytes = 4ULL << 30;    ///< of a body that is answered as it arrives (413)
  std::size_t inflate_ratio = 200;            ///< inflated to sent, beyond the first MiB (413)
  std::size_t trailer_bytes = 4 * 1024;       ///< after a chunked body (431)
  std::size_t chunk_extension_bytes = 1024;   ///< per body, all chunks together (400)
  std::size_t pipelined = 64;                 ///< requests of one connection in hand; reading pauses beyond
  std::size_t connections = 65536;            ///< accept pauses beyond
  std::size_t connections_per_address = 0;    ///< 0: no limit (behind a proxy all come from one); closed beyond
  std::size_t requests_per_connection = 0;    ///< 0: no limit
  std::size_t handshakes = 1024;              ///< of TLS under way on one loop; further ones wait
  bool operator==(const Limits&) const = default;
};

struct Timeouts {
  std::chrono::milliseconds first_byte{30'000};  ///< from accept to a first byte (closed without a word)
  std::chrono::milliseconds handshake{10'000};   ///< from accept to the end of the TLS handshake (closed)
  std::chrono::milliseconds header{10'000};      ///< from a request's first byte to the end of its head (408)
  std::chrono::milliseconds body{60'000};        ///< without progress of a body (408)
  std::chrono::milliseconds idle{120'000};       ///< between requests; at least 75 s behind nginx
  std::chrono::milliseconds write{60'000};       ///< without progress of a client that reads its answer
  std::chrono::milliseconds linger{5'000};       ///< an early error's unread rest is read away this long
  bool operator==(const Timeouts&) const = default;
};

struct ServerSettings {
  std::vector<Endpoint> endpoints{Endpoint{}};
  std::size_t threads = 0;  ///< 0: one for every two processors this process may use
  bool pin = false;         ///< each thread is bound to a processor of its own, as far apart as may be
  Limits limits;
  Timeouts timeouts;
  std::shared_ptr<const tls::ServerContext> tls{};  ///< shown by endpoints that speak TLS
};

}  // namespace pelton::http
