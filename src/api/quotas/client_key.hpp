#pragma once

#include <cstdint>
#include <string_view>

namespace pelton::api {

/// Whom a quota is kept for, in 64 bits that no two clients share. An IPv6 client is its /64: whoever has one address
/// of it has them all. An IPv4 client is its address, however it is spelled (::ffff:a.b.c.d too).
///
/// What a request says of itself has no part in it: only what the server has checked may stand in for the address,
/// or a client would have a new quota for the asking.
enum class ClientKey : std::uint64_t {};

/// The client at that address, as RequestView::peer and TrustedProxies::client tell it. All who come through unix
/// sockets without one are one client.
ClientKey client_key(std::string_view address) noexcept;

}  // namespace pelton::api
