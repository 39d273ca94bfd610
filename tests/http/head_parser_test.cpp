#include "http/head_parser.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pelton::http {
namespace {

class HeadParserTest : public testing::Test {
 protected:
  /// Keeps the bytes, which the head's views point into.
  HeadParser::Outcome parse(std::string_view bytes) {
    bytes_ = bytes;
    return parser_.parse(bytes_, head, refusal);
  }

  RequestHead head;
  Refusal refusal;

 private:
  std::string bytes_;
  HeadParser parser_{Limits{}};
};

constexpr std::string_view kTypical =
    "POST /v1/models/m:predict?explain=3 HTTP/1.1\r\nHost: example.org:8080\r\nUser-Agent: x/1\r\n"
    "Content-Type:  application/json \t\r\nContent-Length: 12\r\nAccept-Encoding: gzip, deflate\r\nX-Empty:\r\n\r\n";

TEST_F(HeadParserTest, SaysWhatTheHeadSaid) {
  ASSERT_EQ(parse(std::string(kTypical) + "body"), HeadParser::Outcome::complete);
  EXPECT_EQ(head.size, kTypical.size());
  EXPECT_EQ(head.view.verb, Verb::post);
  EXPECT_EQ(head.view.method, "POST");
  EXPECT_EQ(head.view.target, "/v1/models/m:predict?explain=3");
  EXPECT_EQ(head.view.path, "/v1/models/m:predict");
  EXPECT_EQ(head.view.query, "explain=3");
  EXPECT_EQ(head.view.host, "example.org:8080");
  EXPECT_TRUE(head.view.http11);
  EXPECT_TRUE(head.keep_alive);
  EXPECT_EQ(head.framing, Framing::length);
  EXPECT_EQ(head.content_length, 12U);
  EXPECT_EQ(head.accept_coding, ContentCoding::gzip);
  ASSERT_EQ(head.view.headers.size(), 6U);
  EXPECT_EQ(head.view.header("content-TYPE"), "application/json");
  EXPECT_EQ(head.view.headers[5].name, "X-Empty");
  EXPECT_EQ(head.view.header("x-empty"), "");
  EXPECT_EQ(head.view.header("missing"), "");
}

TEST_F(HeadParserTest, WaitsForEveryByteOfAHead) {
  for (std::size_t size = 0; size < kTypical.size(); ++size) {
    ASSERT_EQ(parse(kTypical.substr(0, size)), HeadParser::Outcome::need_more) << size;
  }
}

/// Whatever a head becomes, no beginning of it becomes something else.
TEST_F(HeadParserTest, ARefusalIsNeverTakenBack) {
  for (std::size_t at = 0; at < kTypical.size(); ++at) {
    for (const char wrong : {'\0', '\n', '\r', ' ', '\x7F', ':', '#', '\xC3'}) {
      std::string bytes(kTypical);
      bytes[at] = wrong;
      const HeadParser::Outcome whole = parse(bytes);
      const int status = refusal.status;
      refusal = {};
      for (std::size_t size = at; size <= bytes.size(); ++size) {
        const HeadParser::Outcome part = parse(std::string_view(bytes).substr(0, size));
        if (part == HeadParser::Outcome::need_more) continue;
        ASSERT_EQ(part, whole) << at << " " << int{wrong} << " " << size;
        if (part == HeadParser::Outcome::refused) {
          ASSERT_EQ(refusal.status, status);
        }
      }
      refusal = {};
    }
  }
}

TEST_F(HeadParserTest, KnowsTheMethods) {
  for (const Verb verb : {Verb::get, Verb::head, Verb::post, Verb::put, Verb::del, Verb::patch, Verb::options}) {
    ASSERT_EQ(parse(std::string(to_string(verb)) + " / HTTP/1.1\r\nHost: a\r\n\r\n"), HeadParser::Outcome::complete);
    EXPECT_EQ(head.view.verb, verb);
  }
  ASSERT_EQ(parse("get / HTTP/1.1\r\nHost: a\r\n\r\n"), HeadParser::Outcome::complete);
  EXPECT_EQ(head.view.verb, Verb::other);
  EXPECT_EQ(head.view.method, "get");
}

TEST_F(HeadParserTest, ReducesTheAbsoluteForm) {
  const auto target = [&](std::string_view absolute, std::string_view method = "GET") {
    EXPECT_EQ(parse(std::string(method) + " " + std::string(absolute) + " HTTP/1.0\r\n\r\n"),
              HeadParser::Outcome::complete);
    EXPECT_EQ(head.view.host, "h:80");
    return std::string(head.view.target) + " " + std::string(head.view.path) + " " + std::string(head.view.query);
  };
  EXPECT_EQ(target("http://h:80/a?b"), "/a?b /a b");
  EXPECT_EQ(target("https://h:80"), "/ / ");
  EXPECT_EQ(target("http://h:80?b"), "?b / b");
  EXPECT_EQ(target("http://h:80", "OPTIONS"), "* * ");
}

TEST_F(HeadParserTest, RefusesAtTheLimitsAndNotBefore) {
  Limits limits;
  limits.header_bytes = 100;
  limits.header_count = 2;
  limits.target_bytes = 10;
  HeadParser parser(limits);
  const auto status = [&](const std::string& bytes) {
    refusal = {};
    const HeadParser::Outcome outcome = parser.parse(bytes, head, refusal);
    return outcome == HeadParser::Outcome::complete    ? 200
           : outcome == HeadParser::Outcome::need_more ? 0
                                                       : refusal.status;
  };
  const std::string host = " HTTP/1.1\r\nHost: a\r\n";
  EXPECT_EQ(status("GET /123456789" + host + "\r\n"), 200);
  EXPECT_EQ(status("GET /1234567890" + host + "\r\n"), 414);
  EXPECT_EQ(status("GET /1234567890"), 414);
  EXPECT_EQ(status("GET /123456789"), 0);
  EXPECT_EQ(status("GET /" + host + "A: b\r\n\r\n"), 200);
  EXPECT_EQ(status("GET /" + host + "A: b\r\nC: d\r\n\r\n"), 431);
  EXPECT_EQ(status("GET /" + host + "A: " + std::string(100 - 32, 'x') + "\r\n\r\n"), 200);
  EXPECT_EQ(status("GET /" + host + "A: " + std::string(101 - 32, 'x') + "\r\n\r\n"), 431);
  EXPECT_EQ(status("GET /" + host + "A: " + std::string(200, 'x')), 431);
}

}  // namespace
}  // namespace pelton::http
