#include "api/ip_address.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <string>

namespace pelton::api {
namespace {

TEST(IpAddressTest, ReadsBothFamilies) {
  const IpAddress v4{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 192, 0, 2, 255};
  EXPECT_EQ(parse_ip("192.0.2.255"), v4);
  EXPECT_EQ(parse_ip("::ffff:192.0.2.255"), v4);
  const IpAddress loopback{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  EXPECT_EQ(parse_ip("::1"), loopback);
  EXPECT_EQ(parse_ip("[::1]"), loopback);
}

TEST(IpAddressTest, ReadsIpv4JustAsTheSystemDoes) {
  std::mt19937 random(7);
  const std::string letters = "0123456789..25501";
  for (int i = 0; i < 300'000; ++i) {
    std::string text;
    if (i % 2 == 0) {
      for (std::size_t n = random() % 17; n != 0; --n) text += letters[random() % letters.size()];
    } else {
      for (int part = 0; part < 4; ++part) text += (part == 0 ? "" : ".") + std::to_string(random() % 270);
    }
    in_addr system{};
    const bool known = inet_pton(AF_INET, text.c_str(), &system) == 1;
    const auto ours = parse_ip(text);
    ASSERT_EQ(ours.has_value(), known) << text;
    if (known) {
      ASSERT_EQ(std::memcmp(ours->data() + 12, &system, 4), 0) << text;
    }
  }
}

TEST(IpAddressTest, RefusesWhatIsNone) {
  for (const std::string& text : {std::string(), std::string("1.2.3.4 "), std::string("[1.2.3.4"), std::string("a"),
                                  std::string("fe80::1%eth0"), std::string(60, ':'), std::string("1.2.3.4\0", 8)}) {
    EXPECT_FALSE(parse_ip(text)) << text;
  }
}

}  // namespace
}  // namespace pelton::api
