#include "api/trusted_proxies.hpp"

#include <charconv>
#include <cmath>
#include <cstring>
#include <string>

#include "api/ip_address.hpp"
#include "http/ascii.hpp"

namespace pelton::api {

namespace {

using http::ascii::trimmed;

bool same_network(const IpAddress& a, const IpAddress& b, unsigned bits) noexcept {
  const unsigned whole = bits / 8;
  if (std::memcmp(a.data(), b.data(), whole) != 0) return false;
  const unsigned rest = bits % 8;
  return rest == 0 || ((a[whole] ^ b[whole]) >> (8 - rest)) == 0;
}

}  // namespace

core::Result<TrustedProxies> TrustedProxies::parse(std::string_view list) {
  TrustedProxies proxies;
  while (!trimmed(list).empty()) {
    const std::string_view item = http::ascii::next_element(list);
    if (item == "unix") {
      proxies.unix_ = true;
      continue;
    }
    const std::size_t slash = item.find('/');
    const auto address = parse_ip(item.substr(0, slash));
    const bool v4 = item.find(':') == std::string_view::npos;
    unsigned bits = v4 ? 32 : 128;
    bool readable = address.has_value();
    if (slash != std::string_view::npos) {
      const std::string_view length = item.substr(slash + 1);
      unsigned given = 0;
      const auto [end, failure] = std::from_chars(length.data(), length.data() + length.size(), given);
      readable = readable && failure == std::errc() && end == length.data() + length.size() && given <= bits;
      bits = given;
    }
    if (!readable) {
      return core::Error(core::ErrorCode::invalid_argument,
                         "\"" + std::string(item) + "\": expected an address, a network such as 10.0.0.0/8, or unix");
    }
    proxies.networks_.push_back({*address, v4 ? bits + 96 : bits});
  }
  return proxies;
}

bool TrustedProxies::trusts(std::string_view address) const noexcept {
  if (address == "unix") return unix_;
  const auto parsed = parse_ip(address);
  if (!parsed) return false;
  for (const Network& network : networks_) {
    if (same_network(*parsed, network.address, network.bits)) return true;
  }
  return false;
}

std::string_view TrustedProxies::client(const http::RequestView& request) const noexcept {
  if (empty() || !trusts(request.peer)) return request.peer;
  std::string_view forwarded = request.header("X-Forwarded-For");
  std::string_view client = request.peer;
  while (!forwarded.empty()) {
    const std::size_t comma = forwarded.rfind(',');
    const std::string_view item = trimmed(comma == std::string_view::npos ? forwarded : forwarded.substr(comma + 1));
    if (!parse_ip(item)) break;  // whoever wrote this, it is no address: believe what came after it
    client = item;
    if (!trusts(item)) break;
    forwarded = comma == std::string_view::npos ? std::string_view() : forwarded.substr(0, comma);
  }
  return client;
}

core::Duration TrustedProxies::waited(const http::RequestView& request,
                                      std::chrono::system_clock::time_point now) const noexcept {
  if (empty() || !trusts(request.peer)) return core::Duration(0);
  std::string_view start = request.header("X-Request-Start");
  if (start.starts_with("t=")) start.remove_prefix(2);
  double seconds = 0;
  const auto [end, failure] = std::from_chars(start.data(), start.data() + start.size(), seconds);
  if (start.empty() || failure != std::errc() || end != start.data() + start.size()) return core::Duration(0);
  const double ago = std::chrono::duration<double>(now.time_since_epoch()).count() - seconds;
  constexpr double kLongest = 60;
  if (!(ago > 0) || ago > kLongest) return core::Duration(0);
  return core::Duration(static_cast<core::Duration::rep>(ago * 1e9));
}

}  // namespace pelton::api
