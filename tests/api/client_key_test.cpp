#include "api/quotas/client_key.hpp"

#include <gtest/gtest.h>

#include <set>

namespace pelton::api {
namespace {

TEST(ClientKeyTest, AnIpv4AddressIsOneClientHoweverItIsSpelled) {
  EXPECT_EQ(client_key("192.0.2.1"), client_key("::ffff:192.0.2.1"));
  EXPECT_EQ(client_key("192.0.2.1"), client_key("[::FFFF:c000:201]"));
  EXPECT_NE(client_key("192.0.2.1"), client_key("192.0.2.2"));
}

TEST(ClientKeyTest, AnIpv6ClientIsItsNetworkOf64Bits) {
  EXPECT_EQ(client_key("2001:db8:1:2::1"), client_key("2001:db8:1:2:ffff:ffff:ffff:ffff"));
  EXPECT_NE(client_key("2001:db8:1:2::1"), client_key("2001:db8:1:3::1"));
}

TEST(ClientKeyTest, ClientsOfDifferentKindsDoNotMeet) {
  const std::set<ClientKey> keys{client_key("unix"),      client_key("::1"),     client_key("0.0.0.0"),
                                 client_key("127.0.0.1"), client_key("0.0.0.1"), client_key("255.255.255.255"),
                                 client_key("fe80::1"),   client_key("1::")};
  EXPECT_EQ(keys.size(), 8U);
}

TEST(ClientKeyTest, WhatIsNoAddressIsLikeTheUnixSockets) {
  for (const char* text : {"", "nonsense", "1.2.3", "1.2.3.4.5", "::1::", "[", "[]", "1.2.3.4:80"}) {
    EXPECT_EQ(client_key(text), client_key("unix")) << text;
  }
}

}  // namespace
}  // namespace pelton::api
