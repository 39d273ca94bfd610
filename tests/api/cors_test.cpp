#include "api/cors.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api_test_server.hpp"

namespace pelton::api {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kAsk = "Origin: https://shop.example\r\n";
constexpr const char* kPreflight =
    "Origin: https://shop.example\r\nAccess-Control-Request-Method: POST\r\n"
    "Access-Control-Request-Headers: content-type\r\n";

ApiSettings allowing(std::string_view origins) {
  ApiSettings settings;
  settings.cors = *Cors::parse(origins);
  return settings;
}

TEST(Cors, IsOffUnlessOriginsAreNamed) {
  ApiTestServer server({{"plain", {"", ""}}});
  test::HttpClient client = server.client();
  EXPECT_THAT(client.get("/models", kAsk).head, AllOf(Not(HasSubstr("Access-Control")), Not(HasSubstr("Origin"))));
  const test::Reply preflight = client.exchange("OPTIONS", "/predict", kPreflight, "");
  EXPECT_EQ(preflight.status, 204);
  EXPECT_THAT(preflight.head, Not(HasSubstr("Access-Control")));
}

TEST(Cors, OriginsThatAreListedMayReadEveryAnswer) {
  ApiTestServer server({{"plain", {"", ""}}}, allowing("http://localhost:3000, https://shop.example"));
  test::HttpClient client = server.client();
  const std::vector<test::Reply> replies{
      client.get("/models", kAsk), client.get("/nowhere", kAsk), client.post("/predict", R"({"x":[2,3]})", kAsk),
      client.post("/predict", R"({"x":[2]})", kAsk), client.exchange("DELETE", "/predict", kAsk, "")};
  for (const test::Reply& reply : replies) {
    EXPECT_EQ(reply.header("Access-Control-Allow-Origin"), "https://shop.example") << reply.head;
    EXPECT_EQ(reply.header("Vary"), "Origin") << reply.head;
    EXPECT_THAT(reply.header("Access-Control-Expose-Headers"), HasSubstr("Server-Timing"));
    EXPECT_THAT(reply.head, Not(HasSubstr("Credentials")));
  }
  EXPECT_EQ(replies[2].body, R"({"result":5.0})");
}

TEST(Cors, OthersAreAnsweredWithoutTheWord) {
  ApiTestServer server({{"plain", {"", ""}}}, allowing("https://shop.example"));
  test::HttpClient client = server.client();
  for (const std::string headers :
       {"", "Origin: https://shop.example.evil\r\n", "Origin: http://shop.example\r\n", "Origin: null\r\n"}) {
    const test::Reply reply = client.post("/predict", R"({"x":[2,3]})", headers);
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.header("Vary"), "Origin") << "a cache must not give this to the others";
    EXPECT_THAT(reply.head, Not(HasSubstr("Access-Control"))) << headers;
  }
  EXPECT_THAT(
      client.exchange("OPTIONS", "/predict", "Origin: null\r\nAccess-Control-Request-Method: POST\r\n", "").head,
      Not(HasSubstr("Access-Control")));
}

TEST(Cors, APreflightIsToldWhatMayBeSent) {
  for (const char* const origins : {"https://shop.example", "*"}) {
    ApiTestServer server({{"plain", {"", ""}}}, allowing(origins));
    test::HttpClient client = server.client();
    const test::Reply preflight = client.exchange("OPTIONS", "/predict/plain", kPreflight, "");
    EXPECT_EQ(preflight.status, 204);
    EXPECT_EQ(preflight.header("Access-Control-Allow-Origin"), origins);
    EXPECT_EQ(preflight.header("Access-Control-Allow-Methods"), "POST, OPTIONS");
    EXPECT_THAT(preflight.header("Access-Control-Allow-Headers"), HasSubstr("Content-Type"));
    EXPECT_EQ(preflight.header("Access-Control-Max-Age"), "600");
    EXPECT_EQ(preflight.header("Allow"), "POST, OPTIONS");
    EXPECT_THAT(client.exchange("OPTIONS", "/predict", kAsk, "").head, Not(HasSubstr("Allow-Methods")))
        << "no preflight without a method";
  }
}

TEST(Cors, EveryOriginIsOneAnswerForAll) {
  ApiTestServer server({{"plain", {"", ""}}}, allowing("*"));
  const test::Reply reply = server.client().post("/predict", R"({"x":[2,3]})");
  EXPECT_EQ(reply.header("Access-Control-Allow-Origin"), "*");
  EXPECT_EQ(reply.header("Vary"), "");
}

TEST(Cors, WhatIsNoOriginIsRefused) {
  for (const char* const text : {"shop.example", "https://shop.example/", "https://Shop.example", "https://",
                                 "https://a b", "://x", "https://x\r\nSet-Cookie: a"}) {
    EXPECT_FALSE(Cors::parse(text)) << text;
  }
  EXPECT_TRUE(Cors::parse("null, http://[::1]:80, chrome-extension://abc"));
  EXPECT_FALSE(Cors::parse("")->enabled());
}

}  // namespace
}  // namespace pelton::api
