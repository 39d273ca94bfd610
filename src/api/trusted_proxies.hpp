#pragma once

#include <string_view>
#include <vector>

#include "api/ip_address.hpp"
#include "core/clock.hpp"
#include "core/result.hpp"
#include "http/request_view.hpp"

namespace pelton::api {

/// Whose word about the caller is taken: X-Forwarded-For and X-Request-Start count only in requests
/// that come straight from one of these addresses. Read-only once made (thread-safe).
class TrustedProxies {
 public:
  /// Comma-separated addresses and networks: "127.0.0.1, 10.0.0.0/8, ::1, unix" ("unix": whoever
  /// connects to a unix socket). Empty: nobody. invalid_argument names what cannot be read.
  static core::Result<TrustedProxies> parse(std::string_view list);

  /// The caller's address: the peer itself or, behind trusted proxies, the last address in
  /// X-Forwarded-For that is not one of them. Views into the request.
  std::string_view client(const http::RequestView& request) const noexcept;

  /// How long ago a trusted proxy says the request began (X-Request-Start: "t=" and seconds since
  /// 1970, as nginx's $msec), by the wall clock `now`. Zero where nobody says so, where it lies in
  /// the future, or more than a minute back: clocks differ.
  core::Duration waited(const http::RequestView& request, std::chrono::system_clock::time_point now) const noexcept;

  bool empty() const noexcept { return networks_.empty() && !unix_; }

 private:
  struct Network {
    IpAddress address;
    unsigned bits;
  };

  bool trusts(std::string_view address) const noexcept;

  std::vector<Network> networks_;
  bool unix_ = false;
};

}  // namespace pelton::api
