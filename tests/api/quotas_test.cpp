// Quotas through the server: who is counted, and who is not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "api_test_server.hpp"

namespace pelton::api {
namespace {

using testing::HasSubstr;

constexpr const char* kRow = R"({"x":[2,3]})";

ApiSettings requests_at_once(std::uint64_t burst) {
  ApiSettings settings;
  settings.quotas.requests = {.per_second = 0.001, .burst = burst};
  return settings;
}

/// How many of ten requests are answered, each on a connection of its own.
int answered(const ApiTestServer& server, const std::string& headers = "") {
  int good = 0;
  for (int i = 0; i < 10; ++i) good += server.client().post("/predict", kRow, headers).status == 200 ? 1 : 0;
  return good;
}

TEST(QuotasTest, AreOfTheClientNotOfItsConnections) {
  ApiTestServer server({{"plain", {"", ""}}}, requests_at_once(4), nullptr, 2);
  EXPECT_EQ(answered(server), 4);
}

TEST(QuotasTest, ProbesAndPreflightsAreNeitherCountedNorRefused) {
  ApiSettings settings = requests_at_once(1);
  settings.platform.vertex_health_route = "/vertex-health";
  ApiTestServer server({{"plain", {"", ""}}}, settings);
  test::HttpClient client = server.client();
  for (int i = 0; i < 3; ++i) {
    for (const char* probe : {"/livez", "/readyz", "/metrics", "/v2/health/live", "/v2/health/ready", "/ping",
                              "/health", "/vertex-health"}) {
      EXPECT_EQ(client.get(probe).status, 200) << probe;
      EXPECT_EQ(client.exchange("HEAD", probe, "", "").status, 200) << probe;
    }
    EXPECT_EQ(client.exchange("OPTIONS", "/predict", "", "").status, 204);
    EXPECT_EQ(client.exchange("OPTIONS", "*", "", "").status, 204);
  }
  EXPECT_EQ(client.post("/predict", kRow).status, 200);
  for (const char* other : {"/models", "/v2/models/plain", "/", "/nowhere", "/openapi.json"}) {
    EXPECT_EQ(client.get(other).status, 429) << other;
  }
}

TEST(QuotasTest, WhatAClientSaysOfItselfGetsItNoOther) {
  ApiTestServer server({{"plain", {"", ""}}}, requests_at_once(3));
  int good = 0;
  for (int i = 0; i < 10; ++i) {
    const std::string number = std::to_string(i);
    const std::string headers = "X-Forwarded-For: 10.0.0." + number + "\r\nAuthorization: Bearer token" + number +
                                "\r\nX-Real-IP: 10.1.0." + number + "\r\n";
    good += server.client().post("/predict", kRow, headers).status == 200 ? 1 : 0;
  }
  EXPECT_EQ(good, 3);
}

TEST(QuotasTest, BehindATrustedProxyEachOfItsClientsHasOne) {
  ApiSettings settings = requests_at_once(2);
  settings.trusted_proxies = *TrustedProxies::parse("127.0.0.1, 10.0.0.0/8");
  ApiTestServer server({{"plain", {"", ""}}}, settings);
  EXPECT_EQ(answered(server, "X-Forwarded-For: 198.51.100.1\r\n"), 2);
  EXPECT_EQ(answered(server, "X-Forwarded-For: 198.51.100.2, 10.0.0.7\r\n"), 2);
  EXPECT_EQ(answered(server, "X-Forwarded-For: 8.8.8.8, 198.51.100.2\r\n"), 0) << "what it made up before is ignored";
  EXPECT_EQ(answered(server, "X-Forwarded-For: 2001:db8:0:1::1\r\n"), 2);
  EXPECT_EQ(answered(server, "X-Forwarded-For: 2001:db8:0:1:5::9\r\n"), 0) << "the same network";
  EXPECT_EQ(answered(server), 2) << "the proxy for itself";
}

TEST(QuotasTest, RowsCountAsTheyAreRead) {
  ApiSettings settings;
  settings.quotas.rows = {.per_second = 0.001, .burst = 10};
  ApiTestServer server({{"plain", {"", ""}}}, settings);
  test::HttpClient client = server.client();
  EXPECT_EQ(client.post("/predict", R"({"x":[[1,2],[3,4],["no",5]]})").status, 422);
  EXPECT_EQ(client.post("/predict", R"({"x":[[1,2],[3,4],[5,6],[7,8],[9,1],[1,1],[1,1],[1,1],[1,1]]})").status, 200);
  EXPECT_EQ(client.post("/predict", kRow).status, 200) << "the tenth: what could not be read did not count";
  const test::Reply refused = client.post("/predict", kRow);
  EXPECT_EQ(refused.status, 429);
  EXPECT_THAT(refused.body, HasSubstr("more rows than a client may have"));
}

TEST(QuotasTest, AStreamIsARequestAndOwesItsRows) {
  ApiSettings settings = requests_at_once(2);
  settings.quotas.rows = {.per_second = 0.5, .burst = 1};
  ApiTestServer server({{"plain", {"", ""}}}, settings);
  const std::string ask =
      "POST /predict?stream=true HTTP/1.1\r\nHost: a\r\nContent-Type: text/csv\r\n"
      "Transfer-Encoding: chunked\r\n\r\n";
  test::HttpClient client = server.client();
  client.send(ask + "c\r\n1,2\n3,4\n5,6\n\r\n0\r\n\r\n");
  EXPECT_EQ(client.receive().status, 200);
  test::HttpClient again = server.client();
  again.send(ask);
  const test::Reply refused = again.receive();  // nothing of its body has been sent
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.header("Retry-After"), "6") << "three rows at one in two seconds";
  EXPECT_EQ(refused.header("Connection"), "close");
}

TEST(QuotasTest, PagesOfOtherOriginsMayReadTheRefusal) {
  ApiSettings settings = requests_at_once(1);
  settings.cors = *Cors::parse("https://shop.example");
  ApiTestServer server({{"plain", {"", ""}}}, settings);
  const std::string origin = "Origin: https://shop.example\r\n";
  EXPECT_EQ(server.client().post("/predict", kRow, origin).status, 200);
  const test::Reply refused = server.client().post("/predict", kRow, origin);
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.header("Access-Control-Allow-Origin"), "https://shop.example");
  EXPECT_THAT(refused.header("Access-Control-Expose-Headers"), HasSubstr("Retry-After"));
}

TEST(QuotasTest, WhoWaitsAsToldIsLetIn) {
  ApiSettings settings;
  settings.quotas.requests = {.per_second = 20, .burst = 1};
  ApiTestServer server({{"plain", {"", ""}}}, settings);
  test::HttpClient client = server.client();
  EXPECT_EQ(client.post("/predict", kRow).status, 200);
  test::Reply reply = client.post("/predict", kRow);
  EXPECT_EQ(reply.status, 429);
  EXPECT_EQ(reply.header("Retry-After"), "1");
  while (reply.status == 429) reply = client.post("/predict", kRow);
  EXPECT_EQ(reply.status, 200);
}

}  // namespace
}  // namespace pelton::api
