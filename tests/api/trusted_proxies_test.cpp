#include "api/trusted_proxies.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pelton::api {
namespace {

class TrustedProxiesTest : public testing::Test {
 protected:
  std::string client(const std::string& trusted, const std::string& peer, const std::string& forwarded) {
    const std::vector<http::Header> headers{{"X-Forwarded-For", forwarded}};
    http::RequestView request;
    request.peer = peer;
    request.headers = headers;
    return std::string(TrustedProxies::parse(trusted)->client(request));
  }
  core::Duration waited(const std::string& trusted, const std::string& start, double now_seconds) {
    const std::vector<http::Header> headers{{"X-Request-Start", start}};
    http::RequestView request;
    request.peer = "127.0.0.1";
    request.headers = headers;
    using std::chrono::system_clock;
    const auto now = system_clock::time_point(
        std::chrono::duration_cast<system_clock::duration>(std::chrono::duration<double>(now_seconds)));
    return TrustedProxies::parse(trusted)->waited(request, now);
  }
};

TEST_F(TrustedProxiesTest, NobodyIsBelievedUnlessListed) {
  EXPECT_EQ(client("", "127.0.0.1", "9.9.9.9"), "127.0.0.1");
  EXPECT_EQ(client("10.0.0.1", "127.0.0.1", "9.9.9.9"), "127.0.0.1");
  EXPECT_EQ(client("127.0.0.1", "127.0.0.1", "9.9.9.9"), "9.9.9.9");
  EXPECT_EQ(client("unix", "unix", "9.9.9.9"), "9.9.9.9");
  EXPECT_EQ(client("unix", "127.0.0.1", "9.9.9.9"), "127.0.0.1");
}

TEST_F(TrustedProxiesTest, WhatTheCallerWroteHimselfIsNotBelieved) {
  EXPECT_EQ(client("127.0.0.1, 10.0.0.0/8", "127.0.0.1", "1.1.1.1, 9.9.9.9, 10.1.2.3"), "9.9.9.9");
  EXPECT_EQ(client("127.0.0.1", "127.0.0.1", "1.1.1.1, nonsense"), "127.0.0.1");
  EXPECT_EQ(client("127.0.0.1", "127.0.0.1", ""), "127.0.0.1");
  EXPECT_EQ(client("127.0.0.0/8", "127.0.0.1", "127.0.0.2, 127.0.0.3"), "127.0.0.2");
}

TEST_F(TrustedProxiesTest, NetworksOfBothFamiliesAreCompared) {
  EXPECT_EQ(client("10.0.0.0/9", "10.127.0.1", "9.9.9.9"), "9.9.9.9");
  EXPECT_EQ(client("10.0.0.0/9", "10.128.0.1", "9.9.9.9"), "10.128.0.1");
  EXPECT_EQ(client("2001:db8::/32", "2001:db8:1::5", "2001:db9::1"), "2001:db9::1");
  EXPECT_EQ(client("::1", "::1", "[2001:db9::1]"), "[2001:db9::1]");
  EXPECT_EQ(client("127.0.0.1", "::ffff:127.0.0.1", "9.9.9.9"), "9.9.9.9");
}

TEST_F(TrustedProxiesTest, AListThatCannotBeReadIsRefused) {
  for (const char* bad : {"localhost", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/x", "::/129", "1.2.3", "10.0.0.1,,x"}) {
    EXPECT_FALSE(TrustedProxies::parse(bad)) << bad;
  }
}

TEST_F(TrustedProxiesTest, TellsHowLongAProxyHasHeldTheRequest) {
  using std::chrono::milliseconds;
  const auto near = [](core::Duration actual, milliseconds expected) {
    return actual > expected - milliseconds(1) && actual < expected + milliseconds(1);
  };
  EXPECT_TRUE(near(waited("127.0.0.1", "t=1000.250", 1000.750), milliseconds(500)));
  EXPECT_TRUE(near(waited("127.0.0.1", "1000.250", 1000.750), milliseconds(500)));
  EXPECT_EQ(waited("", "t=1000.250", 1000.750), core::Duration(0));
  EXPECT_EQ(waited("127.0.0.1", "t=1001", 1000), core::Duration(0)) << "the future";
  EXPECT_EQ(waited("127.0.0.1", "t=1000", 1061), core::Duration(0)) << "too long ago to be true";
  for (const char* bad : {"", "t=", "t=x", "t=1000x", "t=nan", "t=-inf", "t=1e400"}) {
    EXPECT_EQ(waited("127.0.0.1", bad, 1000.5), core::Duration(0)) << bad;
  }
}

}  // namespace
}  // namespace pelton::api
