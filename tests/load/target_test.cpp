#include "load/target.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pelton::load {
namespace {

using ::testing::HasSubstr;

TEST(ParseTarget, ReadsHostPortAndPath) {
  const auto t = parse_target("http://localhost:5000/v2/models/m/infer?x=1");
  ASSERT_TRUE(t);
  EXPECT_EQ(t->host, "localhost");
  EXPECT_EQ(t->port, 5000);
  EXPECT_EQ(t->path, "/v2/models/m/infer?x=1");
  EXPECT_EQ(t->authority, "localhost:5000");
  EXPECT_FALSE(t->is_unix());
}

TEST(ParseTarget, FillsInPortAndPath) {
  EXPECT_EQ(parse_target("http://h")->port, 80);
  EXPECT_EQ(parse_target("http://h")->path, "/predict");
  EXPECT_EQ(parse_target("http://h:1?method=leaf")->path, "/predict?method=leaf");
  EXPECT_EQ(parse_target("http://h:1/")->path, "/");
}

TEST(ParseTarget, ReadsIpv6Literals) {
  const auto t = parse_target("http://[::1]:8080/x");
  ASSERT_TRUE(t);
  EXPECT_EQ(t->host, "::1");
  EXPECT_EQ(t->port, 8080);
  EXPECT_EQ(t->authority, "[::1]:8080");
  EXPECT_EQ(parse_target("http://[::1]")->host, "::1");
}

TEST(ParseTarget, ReadsUnixSockets) {
  const auto t = parse_target("unix:/run/pelton.sock");
  ASSERT_TRUE(t);
  EXPECT_TRUE(t->is_unix());
  EXPECT_EQ(t->unix_path, "/run/pelton.sock");
  EXPECT_EQ(t->path, "/predict");
  EXPECT_EQ(t->authority, "localhost");
  EXPECT_EQ(parse_target("unix:run/p.sock:/predict/m")->unix_path, "run/p.sock");
  EXPECT_EQ(parse_target("unix:run/p.sock:/predict/m")->path, "/predict/m");
}

TEST(ParseTarget, SaysWhatIsWrong) {
  const std::pair<std::string, const char*> cases[] = {
      {"https://", "host is missing"},
      {"ftp://h/", "must begin with http://"},
      {"localhost:80", "must begin with http://"},
      {"http://", "host is missing"},
      {"http://:80/", "host is missing"},
      {"http://h:0/", "1 to 65535"},
      {"http://h:65536/", "1 to 65535"},
      {"http://h:/", "1 to 65535"},
      {"http://h:8o/", "\"8o\""},
      {"http://::1/", "in brackets"},
      {"http://[::1/", "without"},
      {"http://[::1]x/", "only a port"},
      {"http://user:secret@h/", "Authorization"},
      {"http://h/#top", "fragment"},
      {"http://h/a b", "space"},
      {"http://h/\r\nX: y", "control character"},
      {"unix:", "missing"},
      {"unix:/" + std::string(200, 'a'), "at most 107"},
      {"http://" + std::string(300, 'a'), "253"},
      {"http://h/" + std::string(9000, 'a'), "8 KiB"},
  };
  for (const auto& [url, why] : cases) {
    const auto t = parse_target(url);
    ASSERT_FALSE(t) << url;
    EXPECT_THAT(t.error().message(), HasSubstr(why)) << url;
  }
}

TEST(ParseTarget, ReadsHttps) {
  const auto t = parse_target("https://[::1]/predict/m");
  ASSERT_TRUE(t);
  EXPECT_TRUE(t->tls);
  EXPECT_EQ(t->host, "::1");
  EXPECT_EQ(t->port, 443);
  EXPECT_EQ(parse_target("https://h:8443/")->port, 8443);
  EXPECT_FALSE(parse_target("http://h/")->tls);
}

TEST(LooksLikeUrl, TellsUrlsFromPaths) {
  EXPECT_TRUE(looks_like_url("http://h"));
  EXPECT_TRUE(looks_like_url("https://h"));
  EXPECT_TRUE(looks_like_url("unix:/x"));
  EXPECT_FALSE(looks_like_url("models/m.onnx"));
  EXPECT_FALSE(looks_like_url("unixmodel.onnx"));
}

}  // namespace
}  // namespace pelton::load
