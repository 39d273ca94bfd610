#include "http/connection.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <zlib.h>

#include <chrono>
#include <optional>
#include <string>

#include "harness.hpp"
#include "support/allocation_counter.hpp"

namespace pelton::http::test {
namespace {

std::string get(std::string_view path) { return "GET " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n\r\n"; }

std::string echo(std::string_view body, std::string_view lines = "") {
  return "POST /echo HTTP/1.1\r\nHost: a\r\n" + std::string(lines) + "Content-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + std::string(body);
}

std::string gzipped(std::string_view plain) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&stream, plain.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string gunzipped(std::string_view packed) {
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, 15 + 32), Z_OK);
  std::string out(1 << 20, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

TEST(Connection, AnswersOneRequestAfterAnother) {
  TestServer server(one_thread());
  Client client(server.port());
  for (int i = 0; i < 100; ++i) {
    const Reply reply = client.get("/hello");
    ASSERT_EQ(reply.status, 200);
    ASSERT_EQ(reply.body, R"({"hello":"world"})");
  }
  EXPECT_EQ(server.observer.opens, 1U);
}

TEST(Connection, WritesAHeadThatClientsExpect) {
  TestServer server(one_thread());
  Client client(server.port());
  const Reply reply = client.get("/hello");
  EXPECT_TRUE(reply.head.starts_with("HTTP/1.1 200 OK\r\n"));
  EXPECT_EQ(reply.headers.at("content-type"), "application/json");
  EXPECT_EQ(reply.headers.at("content-length"), "17");
  EXPECT_THAT(reply.headers.at("date"),
              testing::MatchesRegex("[A-Z][a-z][a-z], [0-9][0-9] [A-Z][a-z][a-z] 20[0-9][0-9] "
                                    "[0-9][0-9]:[0-9][0-9]:[0-9][0-9] GMT"));
  EXPECT_FALSE(reply.headers.contains("connection"));
}

TEST(Connection, CountsTheBodyOfAHeadRequestAndDoesNotSendIt) {
  TestServer server(one_thread());
  Client client(server.port());
  client.send("HEAD /hello HTTP/1.1\r\nHost: a\r\n\r\n" + get("/nothing"));
  EXPECT_EQ(client.read_reply(true).headers.at("content-length"), "17");
  const Reply nothing = client.read_reply();
  EXPECT_EQ(nothing.status, 204);
  EXPECT_FALSE(nothing.headers.contains("content-length"));
}

TEST(Connection, TellsTheServiceWhoCalls) {
  TestServer server(one_thread());
  Client client(server.port());
  EXPECT_EQ(client.get("/peer").body, "127.0.0.1");
  EXPECT_EQ(client.get("/headers").body, "1");
  EXPECT_EQ(client.get("/target?a=b").body, "/target?a=b");
}

TEST(Connection, PutsAnswersInTheOrderOfTheRequests) {
  TestServer server(one_thread());
  Client client(server.port());
  client.send(get("/keep/a") + get("/keep/b") + get("/hello") + get("/keep/c") + get("/keep/d"));
  ASSERT_TRUE(eventually([&] { return server.shared.kept == 4; }));
  Client other(server.port());
  ASSERT_EQ(other.get("/answer/dbca").body, "answered");
  for (const char* body : {"a", "b", R"({"hello":"world"})", "c", "d"}) EXPECT_EQ(client.read_reply().body, body);
}

TEST(Connection, AnswersSendOnceATurnComes) {
  TestServer server(one_thread());
  Client client(server.port());
  client.send(get("/keep/a") + get("/keep/b"));
  ASSERT_TRUE(eventually([&] { return server.shared.kept == 2; }));
  Client other(server.port());
  other.get("/answer/a");
  EXPECT_EQ(client.read_reply().body, "a");
  other.get("/answer/b");
  EXPECT_EQ(client.read_reply().body, "b");
  EXPECT_EQ(client.get("/hello").status, 200);
}

TEST(Connection, StopsReadingBeyondThePipeliningLimit) {
  ServerSettings settings = one_thread();
  settings.limits.pipelined = 3;
  TestServer server(settings);
  Client client(server.port());
  client.send(get("/keep/a") + get("/keep/b") + get("/keep/c") + get("/keep/d") + get("/keep/e"));
  ASSERT_TRUE(eventually([&] { return server.shared.kept == 3; }));
  Client other(server.port());
  other.get("/answer/b");  // not the oldest: nothing more is read
  EXPECT_EQ(server.shared.kept, 3U);
  other.get("/answer/a");
  EXPECT_EQ(client.read_reply().body, "a");
  EXPECT_EQ(client.read_reply().body, "b");
  ASSERT_TRUE(eventually([&] { return server.shared.kept == 5; }));
  other.get("/answer/cde");
  for (const char* body : {"c", "d", "e"}) EXPECT_EQ(client.read_reply().body, body);
}

TEST(Connection, ClosesAfterSoManyRequests) {
  ServerSettings settings = one_thread();
  settings.limits.requests_per_connection = 2;
  TestServer server(settings);
  Client client(server.port());
  EXPECT_FALSE(client.get("/hello").headers.contains("connection"));
  EXPECT_EQ(client.get("/hello").headers.at("connection"), "close");
  EXPECT_TRUE(client.closed());
}

TEST(Connection, KeepsHttp10AliveOnlyWhenAsked) {
  TestServer server(one_thread());
  Client client(server.port());
  client.send("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(client.read_reply().headers.at("connection"), "keep-alive");
  client.send("GET /hello HTTP/1.0\r\n\r\n");
  EXPECT_EQ(client.read_reply().headers.at("connection"), "close");
  EXPECT_TRUE(client.closed());
}

TEST(Connection, AsksForABodyThatIsExpected) {
  TestServer server(one_thread());
  Client client(server.port());
  client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.read_reply().status, 100);
  client.send("abc");
  EXPECT_EQ(client.read_reply().body, "abc");
}

TEST(Connection, AsksForABodyOnlyAfterEarlierAnswers) {
  TestServer server(one_thread());
  Client client(server.port());
  client.send(get("/keep/a") +
              "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n");
  ASSERT_TRUE(eventually([&] { return server.shared.kept == 1; }));
  Client other(server.port());
  other.get("/answer/a");
  EXPECT_EQ(client.read_reply().body, "a");
  EXPECT_EQ(client.read_reply().status, 100);
  client.send("3\r\nabc\r\n0\r\n\r\n");
  EXPECT_EQ(client.read_reply().body, "abc");
}

TEST(Connection, RefusesAnUnwantedBodyInsteadOfAskingForIt) {
  ServerSettings settings = one_thread();
  settings.limits.body_bytes = 100;
  TestServer server(settings);
  Client client(server.port());
  client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 101\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_THAT(client.read_statuses(), testing::ElementsAre(413));
}

TEST(Connection, TakesBodiesOfAnySizeInAnyFraming) {
  TestServer server(one_thread());
  Client client(server.port());
  for (const std::size_t size : {0, 1, 1000, 1500, 1537, 5000, 32768, 100000, 3000000}) {
    SCOPED_TRACE(size);
    std::string body(size, ' ');
    for (std::size_t i = 0; i < size; ++i) body[i] = static_cast<char>('a' + i * 7 % 23);
    client.send(echo(body) + get("/hello"));
    EXPECT_EQ(client.read_reply().body, body);
    EXPECT_EQ(client.read_reply().status, 200);
    std::string chunks;
    for (std::size_t at = 0; at < size; at += 7001) {
      const std::string piece = body.substr(at, 7001);
      char head[32];
      chunks.append(head, static_cast<std::size_t>(std::snprintf(head, sizeof head, "%zx\r\n", piece.size())));
      chunks += piece + "\r\n";
    }
    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + "0\r\n\r\n" +
                get("/hello"));
    EXPECT_EQ(client.read_reply().body, body);
    EXPECT_EQ(client.read_reply().status, 200);
  }
}

TEST(Connection, TakesCompressedBodies) {
  TestServer server(one_thread());
  Client client(server.port());
  const std::string body(50000, 'x');
  client.send(echo(gzipped(body), "Content-Encoding: gzip\r\n"));
  EXPECT_EQ(client.read_reply().body, body);
  client.send(echo(gzipped(body).substr(0, 30), "Content-Encoding: gzip\r\n"));
  EXPECT_EQ(client.read_reply().status, 400);
}

TEST(Connection, RefusesWhatInflatesBeyondTheLimits) {
  ServerSettings settings = one_thread();
  settings.limits.body_bytes = 8 * 1024 * 1024;
  TestServer server(settings);
  for (const std::size_t size : {9U << 20, 3U << 20}) {  // over the size; over the ratio
    Client client(server.port());
    client.send(echo(gzipped(std::string(size, 'x')), "Content-Encoding: x-gzip\r\n"));
    EXPECT_EQ(client.read_reply().status, 413);
  }
}

TEST(Connection, CompressesLargeAnswersWhenAsked) {
  TestServer server(one_thread());
  Client client(server.port());
  client.send("GET /big?5000 HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip;q=0.5, deflate\r\n\r\n");
  const Reply reply = client.read_reply();
  EXPECT_EQ(reply.headers.at("content-encoding"), "deflate");
  EXPECT_EQ(reply.headers.at("vary"), "Accept-Encoding");
  EXPECT_EQ(gunzipped(reply.body), std::string(5000, 'b'));
  client.send("HEAD /big?5000 HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n");
  EXPECT_EQ(client.read_reply(true).headers.at("content-encoding"), "gzip");
  client.send("GET /big?1000 HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n");
  EXPECT_FALSE(client.read_reply().headers.contains("content-encoding"));
  EXPECT_FALSE(client.get("/big?5000").headers.contains("content-encoding"));
}

TEST(Connection, AnEarly413CanBeReadByAClientThatIsStillSending) {
  ServerSettings settings = one_thread();
  settings.limits.body_bytes = 1024 * 1024;
  TestServer server(settings);
  Client client(server.port());
  client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1500000\r\n\r\n");
  EXPECT_TRUE(client.send(std::string(1500000, 'x')));
  const Reply reply = client.read_reply();
  EXPECT_EQ(reply.status, 413);
  EXPECT_EQ(reply.headers.at("connection"), "close");
  EXPECT_EQ(reply.headers.at("content-type"), "application/problem+json");
  EXPECT_THAT(reply.body, testing::HasSubstr("longer than the limit"));
  EXPECT_FALSE(client.was_reset());
}

TEST(Connection, AnswersAClientThatHasFinishedSending) {
  TestServer server(one_thread());
  Client client(server.port());
  client.send(get("/keep/a") + get("/big?3000000"));
  client.end_sending();
  ASSERT_TRUE(eventually([&] { return server.shared.kept == 1; }));
  Client(server.port()).get("/answer/a");
  EXPECT_EQ(client.read_reply().body, "a");
  EXPECT_EQ(client.read_reply().body.size(), 3000000U);
  EXPECT_TRUE(client.closed());
}

TEST(Connection, SurvivesClientsThatGoInTheMiddle) {
  TestServer server(one_thread());
  for (const std::string& part : {std::string(), std::string("GET /hel"), echo("abc").substr(0, 50),
                                  std::string("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc"),
                                  get("/hello"), get("/big?8000000"), get("/keep/x")}) {
    for (const bool orderly : {true, false}) {
      Client client(server.port());
      client.send(part);
      if (!orderly) client.reset();
    }
  }
  EXPECT_EQ(Client(server.port()).get("/hello").status, 200);
  Client(server.port()).get("/answer/x");
  EXPECT_TRUE(eventually([&] { return server.observer.closes == server.observer.opens; }));
}

TEST(Connection, TellsTheServiceThatAClientHasGone) {
  TestServer server(one_thread());
  Client client(server.port());
  client.send(get("/keep/a"));
  ASSERT_TRUE(eventually([&] { return server.shared.kept == 1; }));
  client.reset();
  ASSERT_TRUE(eventually([&] { return server.observer.closes == 1; }));
  EXPECT_EQ(Client(server.port()).get("/answer/a").status, 200);
  EXPECT_EQ(server.shared.unwanted, 1U);
}

TEST(Connection, StopsReadingFromAClientThatDoesNotRead) {
  TestServer server(one_thread());
  Client client(server.port());
  std::string requests;
  for (int i = 0; i < 200; ++i) requests += get("/big?1000000");
  client.send(requests);
  // 200 MB are asked for; what is made while nobody reads is what sockets hold, and others are served.
  for (int i = 0; i < 20; ++i) EXPECT_EQ(Client(server.port()).get("/hello").status, 200);
  EXPECT_LT(server.shared.requests, 100U);
  // Once the client reads, it gets everything.
  for (int i = 0; i < 200; ++i) ASSERT_EQ(client.read_reply().body.size(), 1000000U);
}

TEST(Connection, WhoWasTurnedAwayIsReadAgainAfterARespite) {
  TestServer server(one_thread());
  Client client(server.port());
  for (int again = 0; again < 3; ++again) {
    const auto began = std::chrono::steady_clock::now();
    EXPECT_EQ(client.get("/busy/30").status, 503);
    EXPECT_EQ(client.get("/hello").status, 200);
    EXPECT_GE(std::chrono::steady_clock::now() - began, std::chrono::milliseconds(30));
  }
}

TEST(Connection, OthersAreServedWhileItRests) {
  std::optional<Client> hasty;
  {
    TestServer server(one_thread());
    hasty.emplace(server.port());
    Client gone(server.port());
    for (Client* const each : {&*hasty, &gone}) {
      // What had come with the refused request is answered; what comes later has to wait.
      ASSERT_TRUE(each->send(get("/busy/3600000") + get("/hello")));
      EXPECT_EQ(each->read_reply().status, 503);
      EXPECT_EQ(each->read_reply().status, 200);
      ASSERT_TRUE(each->send(get("/hello")));
    }
    Client other(server.port());
    for (int i = 0; i < 20; ++i) EXPECT_EQ(other.get("/hello").status, 200);
    EXPECT_EQ(server.shared.requests, 24U);
    gone.reset();
    EXPECT_TRUE(eventually([&] { return server.observer.closes == 1; })) << "a client that goes is let go";
  }
  EXPECT_EQ(hasty->read_reply().status, 0) << "the server's end is the respite's";
}

TEST(Connection, RequestsGatherForTheShortestSpellAskedForInTheirRound) {
  TestServer server(one_thread());
  Client client(server.port());
  ASSERT_TRUE(client.send(get("/gather/3600000") + get("/gather/1")));
  EXPECT_EQ(client.read_reply().status, 200);
  EXPECT_EQ(client.read_reply().status, 200);
  EXPECT_EQ(client.get("/hello").status, 200);
}

TEST(Connection, WhatOtherThreadsWantDoesNotWaitForRequestsToGather) {
  std::optional<Client> client;
  {
    TestServer server(one_thread());
    client.emplace(server.port());
    EXPECT_EQ(client->get("/gather/3600000").status, 200);
    ASSERT_TRUE(client->send(get("/hello")));
  }
  EXPECT_LE(client->read_reply().status, 200) << "the server has ended, whether it saw the last request or not";
}

TEST(Connection, AnswersForAServiceThatDoesNot) {
  TestServer server(one_thread());
  Client client(server.port());
  EXPECT_EQ(client.get("/drop").status, 500);
  EXPECT_EQ(client.get("/throw").status, 500);
  EXPECT_EQ(client.get("/hello").status, 200);
  EXPECT_EQ(server.observer.refusals("service"), 1U);
}

TEST(Connection, AllocatesNothingOnceWarm) {
  TestServer server(one_thread());
  Client client(server.port());
  const std::string small = get("/hello") + echo("abc");
  const std::string large = echo(std::string(20000, 'x'));
  std::string received(100000, '\0');
  const auto exchange = [&](const std::string& requests, std::size_t answers) {
    client.send(requests);
    // Counts answers without allocating: each holds exactly one "HTTP/1.1 200".
    std::size_t size = 0;
    for (;;) {
      std::size_t seen = 0;
      const std::string_view view(received.data(), size);
      for (std::size_t at = view.find("HTTP/1.1 200"); at != view.npos; at = view.find("HTTP/1.1 200", at + 1)) ++seen;
      const std::size_t last_head = view.rfind("\r\n\r\n");
      if (seen == answers && last_head != view.npos) {
        const std::size_t length_at = view.rfind("Content-Length: ") + 16;
        if (size - last_head - 4 == std::strtoul(view.data() + length_at, nullptr, 10)) return;
      }
      const ssize_t n = ::recv(client.fd(), received.data() + size, received.size() - size, 0);
      ASSERT_GT(n, 0);
      size += static_cast<std::size_t>(n);
    }
  };
  for (int i = 0; i < 50; ++i) {
    exchange(small, 2);
    exchange(large, 1);
    exchange(small + small + small + small, 8);
  }
  const std::size_t before = pelton::test::allocations();
  for (int i = 0; i < 200; ++i) {
    exchange(small, 2);
    exchange(large, 1);
  }
  EXPECT_EQ(pelton::test::allocations(), before);
}

}  // namespace
}  // namespace pelton::http::test
