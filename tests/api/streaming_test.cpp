// Rows that are answered while their request is still being read.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "api_test_server.hpp"
#include "support/allocation_counter.hpp"

namespace pelton::api {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kNdjson = "Content-Type: application/x-ndjson\r\n";
constexpr const char* kCsv = "Content-Type: text/csv\r\n";

std::string head_of(std::string_view headers, std::string_view target = "/predict") {
  return "POST " + std::string(target) + (target.find('?') == target.npos ? "?" : "&") +
         "stream=true HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n" + std::string(headers) + "\r\n";
}
std::string chunk(std::string_view data) {
  char size[32];
  std::snprintf(size, sizeof size, "%zx\r\n", data.size());
  return size + std::string(data) + "\r\n";
}
const std::string kEnd = "0\r\n\r\n";

class StreamingTest : public testing::Test {
 protected:
  /// The answer to a body sent in pieces of `piece` bytes, each a chunk of its own.
  test::Reply stream(std::string_view body, std::size_t piece, std::string_view headers,
                     std::string_view target = "/predict") {
    test::HttpClient fresh = server.client();
    std::thread sender([&] {
      try {
        fresh.send(head_of(headers, target));
        for (std::size_t at = 0; at < body.size(); at += piece) fresh.send(chunk(body.substr(at, piece)));
        fresh.send(kEnd);
      } catch (const std::runtime_error&) {
        return;  // refused before its end
      }
    });
    test::Reply reply = fresh.receive();
    sender.join();
    return reply;
  }

  ApiTestServer server{{{"plain", {"", ""}}, {"named", {"age", "income"}}, {"texts", {"title~", "size"}}}};
  test::HttpClient client = server.client();
};

TEST_F(StreamingTest, AnswersAsForAWholeBodyHoweverItIsSplit) {
  std::string body;
  std::string csv = "income,age\r\n";
  std::string expected;
  for (int i = 0; i < 3000; ++i) {
    body += (i % 2 != 0 ? "{\"x\":[" : "[") + std::to_string(i) + ",1" + (i % 2 != 0 ? "]}\r\n" : "]\n\n");
    csv += "1," + std::to_string(i) + "\n";
    expected += "{\"result\":" + std::to_string(i + 1) + ".0}\n";
  }
  body.pop_back();  // the last row may have no line end
  for (const std::size_t piece : {std::size_t{1}, std::size_t{13}, std::size_t{5000}, body.size()}) {
    const test::Reply reply = stream(body, piece, kNdjson);
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.header("Content-Type"), "application/x-ndjson");
    EXPECT_EQ(reply.body, expected) << piece;
    const std::string wants = std::string(kCsv) + "Accept: application/x-ndjson\r\n";
    EXPECT_EQ(stream(csv, piece, wants, "/predict/named").body, expected) << piece;
  }
}

TEST_F(StreamingTest, EveryFormatOfRowsAndAnswers) {
  const std::string whole = client.post("/predict", "2,3\n4,5\n", kCsv).body;
  EXPECT_EQ(whole, R"({"result":[5.0,9.0]})");
  EXPECT_EQ(stream("2,3\n4,5\n", 3, kCsv).body, whole);
  EXPECT_EQ(
      stream("\n\n2,3\n4,5", 1, "Content-Type: text/csv; header=absent\r\nAccept: text/csv\r\n").body,
      client.post("/predict", "\n\n2,3\n4,5", "Content-Type: text/csv; header=absent\r\nAccept: text/csv\r\n").body);
  const double values[] = {2, 3, 4, 5};
  std::string raw(sizeof values, '\0');
  std::memcpy(raw.data(), values, sizeof values);
  EXPECT_EQ(stream(raw, 5, "Content-Type: application/octet-stream\r\n").body, whole);
  EXPECT_EQ(stream("[\"abc\",1]\n[\"\",2]", 2, kNdjson, "/predict/texts").body, "{\"result\":4.0}\n{\"result\":2.0}\n");
  EXPECT_EQ(stream("[2,3]", 2, kNdjson, "/predict?method=decision_function").body, "{\"result\":[2.0,3.0]}\n");
}

TEST_F(StreamingTest, TheFirstAnswersLeaveBeforeTheLastRowComes) {
  client.send(head_of(std::string(kNdjson) + "X-Request-Id: abc\r\n") + chunk("[1,2]\n[3,4]\n[5"));
  const test::Reply head = client.receive_head();
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.header("X-Request-Id"), "abc");
  EXPECT_EQ(client.receive_chunk(), "{\"result\":3.0}\n{\"result\":7.0}\n");
  client.send(chunk(",6]\n"));
  EXPECT_EQ(client.receive_chunk(), "{\"result\":11.0}\n");
  client.send(kEnd);
  EXPECT_EQ(client.receive_chunk(), "");
  EXPECT_EQ(client.post("/predict", R"({"x":[2,3]})").body, R"({"result":5.0})") << "the connection goes on";
}

TEST_F(StreamingTest, NdjsonInChunksIsAStreamUnlessAProxyHandedItOn) {
  const auto reply_to = [&](std::string_view query, std::string_view headers, std::string_view body) {
    test::HttpClient fresh = server.client();
    fresh.send("POST /predict" + std::string(query) + " HTTP/1.1\r\nHost: a\r\n" + std::string(headers) + "\r\n" +
               std::string(body));
    return fresh.receive();
  };
  const std::string chunked = std::string(kNdjson) + "Transfer-Encoding: chunked\r\n";
  const std::string body = chunk("[1,2]\n") + chunk("[3,4]\n") + kEnd;
  const std::string expected = "{\"result\":3.0}\n{\"result\":7.0}\n";
  const auto streamed = [&](const test::Reply& reply) {
    EXPECT_EQ(reply.body, expected);
    return reply.header("Transfer-Encoding") == "chunked";
  };
  EXPECT_TRUE(streamed(reply_to("", chunked, body)));
  EXPECT_TRUE(streamed(reply_to("?stream=true", chunked + "X-Forwarded-For: 192.0.2.1\r\n", body)));
  EXPECT_FALSE(streamed(reply_to("?stream=false", chunked, body)));
  for (const char* trace :
       {"Via: 1.1 proxy", "Forwarded: for=192.0.2.1", "X-Forwarded-For: 192.0.2.1", "X-Real-IP: ::1"}) {
    EXPECT_FALSE(streamed(reply_to("", chunked + trace + "\r\n", body))) << trace;
  }
  const std::string whole = "[1,2]\n[3,4]\n" + std::string(99'988, '\n');
  const std::string with_length = std::string(kNdjson) + "Content-Length: 100000\r\n";
  EXPECT_FALSE(streamed(reply_to("", with_length, whole))) << "nginx may have handed it on";
  EXPECT_TRUE(streamed(reply_to("?stream=true", with_length, whole)));
  const std::string csv = std::string(kCsv) + "Transfer-Encoding: chunked\r\n";
  EXPECT_EQ(reply_to("", csv, chunk("2,3\n") + kEnd).header("Transfer-Encoding"), "") << "as JSON in one piece";
}

TEST_F(StreamingTest, WhoHasNotAskedForAStreamMaySendAllBeforeReading) {
  // As many rows as a body may have: it does not count how long their answer is.
  ApiTestServer small{{{"plain", {"", ""}}}, {}, nullptr, 1, [](http::ServerSettings& settings) {
                        settings.limits.body_bytes = 1 << 20;
                      }};
  test::HttpClient blind = small.client();
  constexpr int kChunks = 400;
  std::string rows;
  for (int i = 0; i < 2500; ++i) rows += "[1,2]\n";
  blind.send("POST /predict HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n" + std::string(kNdjson) + "\r\n");
  for (int i = 0; i < kChunks; ++i) blind.send(chunk(rows));  // 15 MB of answers, more than sockets hold
  blind.send(kEnd);
  const std::string answers = blind.receive().body;
  EXPECT_EQ(std::count(answers.begin(), answers.end(), '\n'), 2500 * kChunks);
  EXPECT_EQ(answers.find("error"), answers.npos);
}

TEST_F(StreamingTest, WhatIsWrongAtFirstIsAnsweredAsForAWholeBody) {
  EXPECT_EQ(stream("[1,2]\n[3]\n[\"x\",1]\n", 100, kNdjson).body,
            client.post("/predict", "[1,2]\n[3]\n[\"x\",1]\n", kNdjson).body);
  EXPECT_EQ(stream("", 1, kNdjson).status, 422);
  EXPECT_EQ(stream("\n \n", 1, kNdjson).body, client.post("/predict", "\n \n", kNdjson).body);
  EXPECT_EQ(stream("[1,", 100, kNdjson).status, 400);
  EXPECT_EQ(stream("1,2,3\n", 100, "Content-Type: application/octet-stream\r\n").status, 422);
  EXPECT_EQ(stream("[1,2]\n", 100, kNdjson, "/predict/nobody").status, 404);
  EXPECT_EQ(stream("[1,2]\n", 100, kNdjson, "/predict?method=predict_proba").status, 422);
  EXPECT_EQ(stream("[1,2]\n", 100, kNdjson, "/predict?wrong=1").status, 422);
  EXPECT_EQ(stream("1,2\n", 100, "Content-Type: text/csv; header=perhaps\r\n").status, 422);
  EXPECT_EQ(stream("[1,2]\n", 100, kNdjson, "/predictions").status, 404);
}

TEST_F(StreamingTest, WhatIsWrongLaterIsTheLastLine) {
  const auto after_a_row = [&](std::string_view headers, std::string_view first, std::string_view second) {
    test::HttpClient fresh = server.client();
    fresh.send(head_of(headers) + chunk(first));
    EXPECT_EQ(fresh.receive_head().status, 200);
    std::string body = fresh.receive_chunk();
    fresh.send(chunk(second) + chunk("[1,2]\n"));
    for (std::string piece = fresh.receive_chunk(); !piece.empty(); piece = fresh.receive_chunk()) body += piece;
    char byte;
    EXPECT_EQ(fresh.receive_raw(&byte, 1), 0U) << "closed";
    return body;
  };
  const std::string lines = after_a_row(kNdjson, "[1,2]\n", "[3,4]\n[5]\n");
  EXPECT_THAT(lines, StartsWith("{\"result\":3.0}\n{\"error\":{\"type\":\"about:blank\""));
  EXPECT_THAT(lines, HasSubstr("\"status\":422"));
  EXPECT_THAT(lines, HasSubstr("line 3"));
  EXPECT_TRUE(lines.ends_with("}}\n"));
  const std::string document = after_a_row(kCsv, "1,2\n", "3\n");
  EXPECT_THAT(document, StartsWith("{\"result\":[3.0],\"error\":{"));
  EXPECT_TRUE(document.ends_with("}}"));
  EXPECT_THAT(client.get("/metrics").body, HasSubstr("dialect=\"native\",code=\"422\"} 2"));

  test::HttpClient csv = server.client();
  csv.send(head_of(std::string(kCsv) + "Accept: text/csv\r\n") + chunk("1,2\n"));
  EXPECT_EQ(csv.receive_head().status, 200);
  EXPECT_EQ(csv.receive_chunk(), "prediction\r\n3.0\r\n");
  csv.send(chunk("3\n"));
  EXPECT_THROW(csv.receive_chunk(), std::runtime_error) << "it breaks off";
}

TEST_F(StreamingTest, AReloadInTheMiddleChangesNothingForAStream) {
  client.send(head_of(kNdjson) + chunk("[1,2]\n"));
  client.receive_head();
  EXPECT_EQ(client.receive_chunk(), "{\"result\":3.0}\n");
  server.reload(10);
  test::HttpClient other = server.client();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(other.post("/predict", R"({"x":[1,2]})").body, R"({"result":30.0})");
  client.send(chunk("[1,2]\n"));
  EXPECT_EQ(client.receive_chunk(), "{\"result\":3.0}\n");
  client.send(kEnd);
  EXPECT_EQ(client.receive_chunk(), "");
  EXPECT_EQ(client.post("/predict", R"({"x":[1,2]})").body, R"({"result":30.0})");
}

TEST_F(StreamingTest, AClientThatGoesLeavesNothingBehind) {
  for (int i = 0; i < 20; ++i) {
    test::HttpClient gone = server.client();
    gone.send(head_of(kNdjson) + chunk("[1,2]\n[3,"));
    if (i % 2 == 0) gone.receive_head();
  }
  EXPECT_EQ(client.post("/predict", R"({"x":[2,3]})").body, R"({"result":5.0})");
}

/// Sends rows as one stream and counts the answers' rows, keeping nothing.
std::size_t count_answers(const ApiTestServer& server, std::size_t rows) {
  test::HttpClient client = server.client();
  std::thread sender([&] {
    const std::string piece = [] {
      std::string lines;
      for (int i = 0; i < 100; ++i) lines += "[1.5,2.25]\n";
      return chunk(lines);
    }();
    client.send(head_of(kNdjson));
    for (std::size_t sent = 0; sent < rows; sent += 100) client.send(piece);
    client.send(kEnd);
  });
  std::size_t answers = 0;
  char buffer[16 * 1024];
  while (answers < rows) {
    const std::size_t n = client.receive_raw(buffer, sizeof buffer);
    if (n == 0) break;
    answers += static_cast<std::size_t>(std::count(buffer, buffer + n, '}'));
  }
  sender.join();
  return answers;
}

TEST_F(StreamingTest, AHundredThousandRowsInConstantMemory) {
  count_answers(server, 1000);
  test::restart_peak();
  EXPECT_EQ(count_answers(server, 100'000), 100'000U);
  EXPECT_LT(test::peak_bytes(), std::size_t{4} << 20);
  RecordProperty("peak_bytes", static_cast<int>(test::peak_bytes()));
}

TEST_F(StreamingTest, StreamsAndSmallRequestsTakeTurns) {
  std::atomic<std::size_t> answers{0};
  std::vector<std::thread> streams;
  for (int i = 0; i < 2; ++i) streams.emplace_back([&] { answers += count_answers(server, 50'000); });
  for (int i = 0; i < 200; ++i) ASSERT_EQ(client.post("/predict", R"({"x":[2,3]})").body, R"({"result":5.0})");
  for (std::thread& each : streams) each.join();
  EXPECT_EQ(answers, 100'000U);
}

TEST(StreamingDeadline, IsToldAndCounted) {
  ApiSettings short_of_time;
  short_of_time.request_timeout = std::chrono::nanoseconds(1);
  ApiTestServer late({{"plain", {"", ""}}}, short_of_time);
  test::HttpClient client = late.client();
  client.send(head_of(kNdjson) + chunk("[2,3]\n") + kEnd);
  EXPECT_EQ(client.receive().status, 504);
  EXPECT_THAT(late.client().get("/metrics").body, HasSubstr(R"(pelton_rejected_total{reason="deadline"} 1)"));
}

TEST(StreamingOverload, AStreamThatIsTurnedAwayIsToldAndCounted) {
  ApiSettings full;
  full.batching.max_queue_rows = 1;
  full.batching.inline_limit = core::Duration(0);
  ApiTestServer server({{"plain", {"", ""}}}, full);
  test::HttpClient other = server.client();
  const std::string one = test::HttpClient::request("POST", "/predict", "", R"({"x":[2,3]})");
  std::string burst;
  for (int i = 0; i < 32; ++i) burst += one;
  int turned_away = 0;
  test::Reply refused;
  while (refused.status != 503) {  // whether the stream meets the others' row is chance
    test::HttpClient client = server.client();
    other.send(burst);
    client.send(head_of(kNdjson) + chunk("[2,3]\n") + kEnd);
    refused = client.receive();
    for (int i = 0; i < 32; ++i) turned_away += other.receive().status == 503 ? 1 : 0;
  }
  EXPECT_EQ(refused.header("Retry-After"), "1");
  EXPECT_EQ(refused.header("Content-Type"), "application/problem+json");
  EXPECT_THAT(server.client().get("/metrics").body,
              HasSubstr("pelton_rejected_total{reason=\"overload\"} " + std::to_string(turned_away + 1) + "\n"));
}

TEST(StreamingCors, PagesThatMayReadAnswersMayReadStreams) {
  ApiSettings settings;
  settings.cors = *Cors::parse("https://shop.example");
  ApiTestServer server({{"plain", {"", ""}}}, settings);
  for (const char* rows : {"[2,3]\n", "[2,\"x\"]\n"}) {
    test::HttpClient client = server.client();
    client.send(head_of(std::string(kNdjson) + "Origin: https://shop.example\r\n") + chunk(rows) + kEnd);
    const test::Reply reply = client.receive();
    EXPECT_EQ(reply.header("Access-Control-Allow-Origin"), "https://shop.example") << rows;
    EXPECT_EQ(reply.header("Vary"), "Origin");
  }
  test::HttpClient stranger = server.client();
  stranger.send(head_of(std::string(kNdjson) + "Origin: https://evil.example\r\n") + chunk("[2,3]\n") + kEnd);
  const test::Reply reply = stranger.receive();
  EXPECT_EQ(reply.header("Access-Control-Allow-Origin"), "");
  EXPECT_EQ(reply.header("Vary"), "Origin");
}

TEST(StreamingPool, RowsThatAreScoredInThePoolKeepTheirOrder) {
  ApiSettings settings;
  settings.batching.inline_limit = core::Duration(0);
  ApiTestServer server({{"plain", {"", ""}}}, settings);
  test::HttpClient client = server.client();
  std::string body;
  std::string expected;
  for (int i = 0; i < 20'000; ++i) {
    body += "[" + std::to_string(i) + ",0]\n";
    expected += "{\"result\":" + std::to_string(i) + ".0}\n";
  }
  std::thread sender([&] { client.send(test::HttpClient::request("POST", "/predict?stream=true", kNdjson, body)); });
  EXPECT_EQ(client.receive().body, expected);
  sender.join();
  // Gone while a slice may be out.
  for (int i = 0; i < 20; ++i) {
    test::HttpClient gone = server.client();
    gone.send(head_of(kNdjson) + chunk("[1,2]\n[3,4]\n"));
  }
  // Their slices have come back before the server goes.
  while (client.get("/metrics").body.find("} 20040\n") == std::string::npos) std::this_thread::yield();
  EXPECT_EQ(client.post("/predict", R"({"x":[2,3]})").body, R"({"result":5.0})");
}

}  // namespace
}  // namespace pelton::api
