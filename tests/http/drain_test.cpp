// Draining: whatever a service saw is answered, whole, before its connection goes.
#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <thread>
#include <vector>

#include "harness.hpp"

namespace pelton::http::test {
namespace {

using std::chrono::seconds;

const std::string kHello = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";

TEST(Drain, ClosesIdleConnectionsAndTheDoor) {
  TestServer server(one_thread());
  const std::uint16_t port = server.port();
  Client idle(port);
  ASSERT_EQ(idle.get("/hello").status, 200);
  EXPECT_TRUE(server.server->drain(seconds(10)));
  EXPECT_TRUE(idle.closed());
  EXPECT_FALSE(Client(port).connected());
  EXPECT_EQ(server.observer.opens, server.observer.closes);
}

TEST(Drain, WaitsForRequestsInHandAndSaysThatTheyAreTheLast) {
  TestServer server(one_thread());
  Client client(server.port());
  client.send("GET /keep/a HTTP/1.1\r\nHost: a\r\n\r\nGET /keep/b HTTP/1.1\r\nHost: a\r\n\r\n");
  Client other(server.port());
  ASSERT_TRUE(eventually([&] { return server.shared.kept == 2; }));
  // A request that is still arriving when the drain begins is answered as well.
  other.send("GET /answer/ab HTTP/1.1\r\n");
  Client idle(server.port());
  ASSERT_EQ(idle.get("/hello").status, 200);
  bool answered = false;
  std::jthread drain([&] { answered = server.server->drain(seconds(10)); });
  ASSERT_TRUE(idle.closed()) << "as soon as the loop knows";
  other.send("Host: a\r\n\r\n");
  const Reply reply = other.read_reply();
  EXPECT_EQ(reply.body, "answered");
  EXPECT_EQ(reply.headers.at("connection"), "close");
  EXPECT_FALSE(client.read_reply().headers.contains("connection"));
  EXPECT_EQ(client.read_reply().headers.at("connection"), "close");
  drain.join();
  EXPECT_TRUE(answered);
}

TEST(Drain, CutsWhatIsLeftWhenPatienceEnds) {
  TestServer server(one_thread());
  Client client(server.port());
  client.send("GET /keep/a HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_TRUE(eventually([&] { return server.shared.kept == 1; }));
  EXPECT_FALSE(server.server->drain(std::chrono::milliseconds(1)));
  EXPECT_EQ(client.read_reply().status, 0);
}

TEST(Drain, AnswersAClientThatHasNotReadYet) {
  TestServer server(one_thread());
  Client client(server.port());
  client.send("GET /big?20000000 HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_TRUE(eventually([&] { return server.shared.requests == 1; }));
  std::thread drain([&] { EXPECT_TRUE(server.server->drain(seconds(10))); });
  EXPECT_EQ(client.read_reply().body.size(), 20000000U);
  drain.join();
}

/// Clients that send without pause, some of them pipelining, while the server drains. Every request
/// that the service saw must be answered whole.
TEST(Drain, LosesNoAcceptedRequestUnderLoad) {
  for (int round = 0; round < 40; ++round) {
    ServerSettings settings;
    settings.threads = 2;
    TestServer server(settings);
    constexpr int kClients = 8;
    std::atomic<std::size_t> answers{0};
    std::latch warm(kClients);
    std::vector<std::thread> clients;
    for (int i = 0; i < kClients; ++i) {
      clients.emplace_back([&, i, port = server.port()] {
        const std::size_t pipelined = i % 2 == 0 ? 1 : 5;
        std::string requests;
        for (std::size_t n = 0; n < pipelined; ++n) requests += kHello;
        Client client(port);
        for (int n = 0;; ++n) {
          if (n == 3) warm.count_down();
          if (!client.send(requests)) break;
          std::size_t got = 0;
          for (; got < pipelined; ++got) {
            const Reply reply = client.read_reply();
            if (reply.status == 0) break;
            EXPECT_EQ(reply.body, R"({"hello":"world"})");
            ++answers;
            if (reply.headers.contains("connection")) {
              if (n < 3) warm.count_down();
              return;
            }
          }
          if (got < pipelined) break;
        }
      });
    }
    warm.wait();
    ASSERT_TRUE(server.server->drain(seconds(10)));
    for (std::thread& client : clients) client.join();
    ASSERT_EQ(answers, server.shared.requests) << "round " << round;
  }
}

}  // namespace
}  // namespace pelton::http::test
