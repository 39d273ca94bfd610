// Bodies that are answered while they arrive.
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>

#include "harness.hpp"

namespace pelton::http::test {
namespace {

using std::chrono::seconds;

std::string head_of(std::string_view path, std::string_view headers = "Transfer-Encoding: chunked\r\n") {
  return "POST " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n" + std::string(headers) + "\r\n";
}

std::string chunk(std::string_view data) {
  char size[32];
  std::snprintf(size, sizeof size, "%zx\r\n", data.size());
  return size + std::string(data) + "\r\n";
}

const std::string kEnd = "0\r\n\r\n";
const std::string kHello = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";

TEST(Streaming, AnswersWhileTheBodyArrives) {
  TestServer server(one_thread());
  Client client(server.port());
  client.send(head_of("/stream/echo") + chunk("one"));
  EXPECT_NE(client.read_head().find("200 OK"), std::string::npos);
  std::string data;
  ASSERT_TRUE(client.read_chunk(data));
  EXPECT_EQ(data, "one");
  client.send(chunk("two"));
  ASSERT_TRUE(client.read_chunk(data));
  EXPECT_EQ(data, "two");
  client.send(kEnd);
  ASSERT_TRUE(client.read_chunk(data));
  EXPECT_EQ(data, "");
  EXPECT_EQ(client.get("/hello").status, 200) << "the connection goes on";
  EXPECT_TRUE(eventually([&] { return server.shared.sinks == 0; }));
}

TEST(Streaming, IsTheSameHoweverTheBytesAreSplit) {
  TestServer server(one_thread());
  const std::string bytes = head_of("/stream/echo") + "3;x=y\r\nabc\r\n4\r\ndefg\r\n0\r\nX: y\r\n\r\n" + kHello;
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, bytes.size()}) {
    Client client(server.port());
    for (std::size_t at = 0; at < bytes.size(); at += piece) ASSERT_TRUE(client.send(bytes.substr(at, piece)));
    const Reply reply = client.read_reply();
    EXPECT_EQ(reply.body, "abcdefg");
    EXPECT_FALSE(reply.headers.contains("connection"));
    EXPECT_EQ(client.read_reply().status, 200) << "the request behind it";
  }
}

TEST(Streaming, AnswersMayAllWaitForWhoReadsNothingBeforeItHasSentAll) {
  ServerSettings settings = one_thread();
  settings.limits.body_bytes = 1 << 20;
  TestServer server(settings);
  Client client(server.port());
  constexpr std::size_t kPieces = 24;
  const std::string piece = chunk(std::string(1 << 20, 'x'));
  client.send(head_of("/stream/pile_all"));
  for (std::size_t i = 0; i < kPieces; ++i) ASSERT_TRUE(client.send(piece));
  client.send(kEnd);
  EXPECT_EQ(client.read_reply().body.size(), kPieces << 20);
}

TEST(Streaming, TakesALongBodyOfAStatedLengthAndLeavesShortOnesAlone) {
  TestServer server(one_thread());
  Client client(server.port());
  const std::string body(1 << 20, 'x');
  std::thread sender(
      [&] { client.send(head_of("/stream/echo", "Content-Length: " + std::to_string(body.size()) + "\r\n") + body); });
  EXPECT_EQ(client.read_reply().body, body);
  sender.join();
  client.send(head_of("/stream/echo", "Content-Length: 3\r\n") + "abc");
  EXPECT_EQ(client.read_reply().status, 404) << "the service got it whole";
}

TEST(Streaming, WaitsForTheAnswersBeforeIt) {
  TestServer server(one_thread());
  Client client(server.port());
  client.send("GET /keep/a HTTP/1.1\r\nHost: a\r\n\r\n" + head_of("/stream/echo") + chunk("body") + kEnd + kHello);
  ASSERT_TRUE(eventually([&] { return server.shared.kept == 1; }));
  EXPECT_EQ(Client(server.port()).get("/answer/a").body, "answered");
  EXPECT_EQ(client.read_reply().body, "a");
  EXPECT_EQ(client.read_reply().body, "body");
  EXPECT_EQ(client.read_reply().status, 200);
}

TEST(Streaming, ASinkThatIsNotReadyIsNotFed) {
  TestServer server(one_thread());
  Client client(server.port());
  client.send(head_of("/stream/hold") + chunk("first"));
  ASSERT_TRUE(eventually([&] { return server.shared.kept == 1; }));
  client.send(chunk("second") + kEnd + kHello);
  EXPECT_EQ(Client(server.port()).get("/hello").status, 200);
  EXPECT_EQ(server.shared.taken, 5U);
  EXPECT_EQ(Client(server.port()).get("/release").status, 200);
  EXPECT_EQ(client.read_reply().body, "firstsecond");
  EXPECT_EQ(client.read_reply().status, 200);
}

TEST(Streaming, AClientThatDoesNotReadIsNotReadFrom) {
  TestServer server(one_thread());
  Client client(server.port());
  client.send(head_of("/stream/echo"));
  const std::string piece = chunk(std::string(64 * 1024, 'x'));
  std::atomic<std::size_t> sent{0};
  constexpr std::size_t kPieces = 1024;
  std::thread sender([&] {
    for (std::size_t i = 0; i < kPieces && client.send(piece); ++i) ++sent;
    client.send(kEnd);
  });
  // It stops somewhere far before the end: what the sockets hold, and no more than 256 KiB here.
  std::size_t before = 0;
  ASSERT_TRUE(eventually([&] {
    const std::size_t now = server.shared.taken;
    const bool still = now != 0 && now == before && Client(server.port()).get("/hello").status == 200;
    before = now;
    return still && server.shared.taken == now;
  }));
  EXPECT_LT(sent, kPieces / 2);
  EXPECT_EQ(client.read_reply().body.size(), kPieces * 64 * 1024);
  sender.join();
}

TEST(Streaming, AnAnswerBeforeTheEndIsTheLast) {
  TestServer server(one_thread());
  Client client(server.port());
  client.send(head_of("/stream/refuse/5") + chunk("hello") + chunk("more"));
  Reply reply = client.read_reply();
  EXPECT_EQ(reply.status, 422);
  EXPECT_EQ(reply.headers.at("connection"), "close");
  EXPECT_TRUE(client.closed());

  Client stopped(server.port());
  stopped.send(head_of("/stream/stop/5") + chunk("hello") + chunk("more"));
  EXPECT_EQ(stopped.read_reply().body, "hello");
  EXPECT_TRUE(stopped.closed());

  Client none(server.port());
  none.send(head_of("/stream/none") + chunk("hello"));
  reply = none.read_reply();
  EXPECT_EQ(reply.status, 404);
  EXPECT_EQ(reply.headers.at("connection"), "close");
  EXPECT_TRUE(none.closed());

  Client thrown(server.port());
  thrown.send(head_of("/stream/throw") + chunk("hello"));
  EXPECT_EQ(thrown.read_reply().status, 500);
  EXPECT_TRUE(thrown.closed());
  EXPECT_TRUE(eventually([&] { return server.shared.sinks == 0; }));
}

TEST(Streaming, AnAnswerThatBreaksOffHasNoLastChunk) {
  TestServer server(one_thread());
  Client client(server.port());
  client.send(head_of("/stream/break/5") + chunk("hello") + chunk("more"));
  client.read_head();
  EXPECT_EQ(client.read_all(), "00000005\r\nhello\r\n");
}

TEST(Streaming, ABodyThatIsBrokenIsToldToItsSink) {
  TestServer server(one_thread());
  Client client(server.port());
  client.send(head_of("/stream/echo") + chunk("good") + "zz\r\n");
  EXPECT_EQ(client.read_reply().body, "good!400 a chunk's size is not hexadecimal digits");
  EXPECT_TRUE(client.closed());
  EXPECT_EQ(server.observer.refusals("protocol"), 1U);
}

TEST(Streaming, TheLimitIsOneOfItsOwn) {
  ServerSettings settings = one_thread();
  settings.limits.body_bytes = 10;
  settings.limits.stream_bytes = 100'000;
  TestServer server(settings);
  Client client(server.port());
  client.send(head_of("/stream/echo") + chunk(std::string(99'999, 'x')) + chunk("yy") + kEnd);
  EXPECT_EQ(client.read_reply().body, std::string(99'999, 'x') + "!413 the body is longer than the limit");
  Client stated(server.port());
  stated.send(head_of("/stream/echo", "Content-Length: 100001\r\n"));
  EXPECT_EQ(stated.read_reply().status, 413);
}

TEST(Streaming, AClientThatGoesIsForgotten) {
  TestServer server(one_thread());
  for (const char* path : {"/stream/echo", "/stream/hold"}) {
    Client client(server.port());
    client.send(head_of(path) + chunk("hello"));
    client.read_head();
    client.reset();
    ASSERT_TRUE(eventually([&] { return server.observer.opens == server.observer.closes; }));
    EXPECT_EQ(Client(server.port()).get("/release").status, 200);
    EXPECT_TRUE(eventually([&] { return server.shared.sinks == 0; })) << path;
  }
  Client half(server.port());
  half.send(head_of("/stream/echo") + chunk("hello"));
  half.end_sending();
  half.read_all();
  EXPECT_TRUE(eventually([&] { return server.shared.sinks == 0; }));
  EXPECT_EQ(server.shared.unwanted, 3U);
}

TEST(Streaming, ABodyMayBeSlowButNotStop) {
  core::ManualClock clock;
  ServerSettings settings = one_thread();
  settings.timeouts.body = seconds(60);
  settings.timeouts.idle = seconds(1000);
  TestServer server(settings, clock);
  Client client(server.port());
  client.send(head_of("/stream/echo"));
  std::string data;
  for (int i = 0; i < 3; ++i) {
    client.send(chunk("x"));
    if (i == 0) client.read_head();
    ASSERT_TRUE(client.read_chunk(data));
    clock.advance(seconds(50));
    ASSERT_EQ(Client(server.port()).get("/hello").status, 200);
  }
  clock.advance(seconds(12));
  ASSERT_TRUE(client.read_chunk(data));
  EXPECT_EQ(data, "!408 the body did not arrive in time");
  EXPECT_EQ(client.read_all(), "0\r\n\r\n");
}

TEST(Streaming, ADrainWaitsForTheEnd) {
  TestServer server(one_thread());
  Client client(server.port());
  client.send(head_of("/stream/echo") + chunk("one"));
  client.read_head();
  std::string data;
  ASSERT_TRUE(client.read_chunk(data));
  Client unanswered(server.port());
  unanswered.send(head_of("/stream/echo"));
  ASSERT_TRUE(eventually([&] { return server.shared.sinks == 2; }));
  const std::uint16_t port = server.port();
  std::atomic<bool> drained = false;
  std::thread drain([&] { drained = server.server->drain(seconds(10)); });
  ASSERT_TRUE(eventually([&] { return !Client(port).connected(); }));
  client.send(chunk("two") + kEnd);
  ASSERT_TRUE(client.read_chunk(data));
  EXPECT_EQ(data, "two");
  EXPECT_EQ(client.read_all(), kEnd);
  unanswered.send(chunk("three") + kEnd);
  const Reply reply = unanswered.read_reply();
  EXPECT_EQ(reply.body, "three");
  EXPECT_EQ(reply.headers.at("connection"), "close");
  drain.join();
  EXPECT_TRUE(drained);
}

TEST(Streaming, ConnectionCloseIsKept) {
  TestServer server(one_thread());
  Client client(server.port());
  client.send(head_of("/stream/echo", "Transfer-Encoding: chunked\r\nConnection: close\r\nExpect: 100-continue\r\n"));
  EXPECT_EQ(client.read_head(), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send(chunk("one") + kEnd);
  const Reply reply = client.read_reply();
  EXPECT_EQ(reply.body, "one");
  EXPECT_EQ(reply.headers.at("connection"), "close");
  EXPECT_TRUE(client.closed());
}

}  // namespace
}  // namespace pelton::http::test
