// Every timeout of the settings, by a clock that moves when it is told to.
#include <gtest/gtest.h>

#include "harness.hpp"

namespace pelton::http::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class TimeoutsTest : public testing::Test {
 protected:
  static ServerSettings settings() {
    ServerSettings settings = one_thread();
    settings.timeouts = {.first_byte = seconds(1),
                         .header = seconds(10),
                         .body = seconds(60),
                         .idle = seconds(120),
                         .write = seconds(60),
                         .linger = seconds(5)};
    return settings;
  }
  /// A whole exchange on another connection: what was sent before it has been read by then.
  void settle() { ASSERT_EQ(Client(server.port()).get("/hello").status, 200); }
  /// Moves the clock, and waits until the server has looked at it: a connection that never speaks
  /// is closed by then.
  void pass(core::Duration time) {
    settle();
    Client silent(server.port());
    settle();
    clock.advance(time);
    ASSERT_EQ(silent.read_all(), "");
  }

  core::ManualClock clock;
  TestServer server{settings(), clock};
};

TEST_F(TimeoutsTest, AClientThatNeverSpeaksIsClosedWithoutAWord) {
  Client client(server.port());
  settle();
  clock.advance(milliseconds(900));
  settle();
  clock.advance(milliseconds(300));
  EXPECT_EQ(client.read_all(), "");
  EXPECT_EQ(server.observer.refusals("slow"), 1U);
}

TEST_F(TimeoutsTest, AHeadThatDoesNotEndIsAnswered408) {
  Client client(server.port());
  client.send("GET /hello HTTP/1.1\r\n");
  pass(seconds(9));
  client.send("Host: a\r\n");  // progress does not help: the whole head has ten seconds
  settle();
  clock.advance(seconds(2));
  const Reply reply = client.read_reply();
  EXPECT_EQ(reply.status, 408);
  EXPECT_EQ(reply.headers.at("connection"), "close");
  EXPECT_TRUE(client.closed());
}

TEST_F(TimeoutsTest, ABodyMayBeSlowButNotStop) {
  Client client(server.port());
  client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\na");
  pass(seconds(59));
  client.send("b");
  pass(seconds(59));
  client.send("c");
  EXPECT_EQ(client.read_reply().body, "abc");
  client.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na");
  settle();
  clock.advance(seconds(62));
  EXPECT_EQ(client.read_reply().status, 408);
}

TEST_F(TimeoutsTest, AnIdleConnectionIsKeptForItsTime) {
  Client client(server.port());
  EXPECT_EQ(client.get("/hello").status, 200);
  pass(seconds(119));
  EXPECT_EQ(client.get("/hello").status, 200);
  pass(seconds(119));
  clock.advance(seconds(2));
  EXPECT_EQ(client.read_all(), "");
}

TEST_F(TimeoutsTest, ARequestInHandHasNoDeadlineHere) {
  Client client(server.port());
  client.send("GET /keep/a HTTP/1.1\r\nHost: a\r\n\r\n");
  settle();
  clock.advance(seconds(100000));
  Client other(server.port());
  EXPECT_EQ(other.get("/answer/a").status, 200);
  EXPECT_EQ(client.read_reply().body, "a");
}

TEST_F(TimeoutsTest, AClientThatDoesNotReadIsCut) {
  Client client(server.port());
  client.send("GET /big?30000000 HTTP/1.1\r\nHost: a\r\n\r\n");
  pass(seconds(59));
  const std::size_t before = server.observer.refusals("slow");
  clock.advance(seconds(2));
  ASSERT_TRUE(eventually([&] { return server.observer.refusals("slow") == before + 1; }));
  EXPECT_LT(client.read_all().size(), 30000000U);
}

TEST_F(TimeoutsTest, AClientMaySendItsBodySlowlyBeforeItReadsTheAnswer) {
  constexpr std::size_t kPiece = 1 << 20;
  const std::string chunk = "100000\r\n" + std::string(kPiece, 'x') + "\r\n";
  for (const bool stops : {false, true}) {
    Client client(server.port());
    ASSERT_TRUE(client.send("POST /stream/pile HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"));
    const std::size_t before = server.shared.taken;
    std::size_t sent = 0;
    while (sent < 16 * kPiece) {  // more than the sockets hold
      ASSERT_TRUE(client.send(chunk));
      sent += kPiece;
      ASSERT_TRUE(eventually([&] { return server.shared.taken == before + sent; }));
      pass(seconds(50));  // of the 60 that the body may rest, and not reading too
    }
    if (stops) {
      pass(seconds(61));
      EXPECT_LT(client.read_all().size(), sent) << "cut";
      continue;
    }
    ASSERT_TRUE(client.send("0\r\n\r\n"));
    EXPECT_EQ(client.read_reply().body.size(), sent);
  }
}

TEST_F(TimeoutsTest, WhatFollowsAnEarlyErrorIsReadAwayForAWhile) {
  Client client(server.port());
  client.send("nonsense\r\n\r\n");
  EXPECT_EQ(client.read_reply().status, 400);
  EXPECT_TRUE(client.send("more"));
  pass(seconds(4));
  EXPECT_TRUE(client.send("and more"));
  settle();
  ASSERT_TRUE(eventually([&] { return server.observer.closes + 1 == server.observer.opens; }));
  clock.advance(seconds(2));
  EXPECT_TRUE(eventually([&] { return server.observer.closes == server.observer.opens; }));
}

TEST_F(TimeoutsTest, ALateHeadBehindARequestInHandIsAnsweredInItsTurn) {
  Client client(server.port());
  client.send("GET /keep/a HTTP/1.1\r\nHost: a\r\n\r\nGET /hel");
  settle();
  clock.advance(seconds(11));
  ASSERT_TRUE(eventually([&] { return server.observer.refusals("slow") == 1; }));
  Client(server.port()).get("/answer/a");
  EXPECT_THAT(client.read_statuses(), testing::ElementsAre(200, 408));
}

}  // namespace
}  // namespace pelton::http::test
