// Requests through TLS: the same connection as without, over records instead of bytes.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include "support/allocation_counter.hpp"
#include "tls_harness.hpp"

namespace pelton::http::test {
namespace {

using testing::HasSubstr;

class TlsConnection : public testing::TestWithParam<int> {
 protected:
  TlsClient client(std::size_t piece = 0) { return TlsClient(server.port(), {.version = GetParam(), .piece = piece}); }

  TlsFiles files;
  TestServer server{files.settings()};
};

INSTANTIATE_TEST_SUITE_P(Versions, TlsConnection, testing::Values(TLS1_2_VERSION, TLS1_3_VERSION),
                         [](const auto& version) { return version.param == TLS1_2_VERSION ? "Tls12" : "Tls13"; });

TEST_P(TlsConnection, AnswersOneRequestAfterAnother) {
  EXPECT_EQ(server.server->addresses()[0], "https://127.0.0.1:" + std::to_string(server.port()));
  TlsClient client = this->client();
  ASSERT_TRUE(client.established()) << client.failure();
  EXPECT_EQ(SSL_version(client.ssl()), GetParam());
  EXPECT_EQ(client.alpn(), "http/1.1");
  for (int i = 0; i < 100; ++i) ASSERT_EQ(client.get("/hello").body, R"({"hello":"world"})");
  EXPECT_EQ(server.observer.opens, 1U);
}

TEST_P(TlsConnection, CarriesBodiesOfEverySize) {
  TlsClient client = this->client();
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{1400}, std::size_t{1536},
                                 std::size_t{1537}, std::size_t{16'250}, std::size_t{16'384}, std::size_t{16'385},
                                 std::size_t{65'536}, std::size_t{1'000'003}, std::size_t{20'000'000}}) {
    const std::string body = counted_text(size);
    ASSERT_TRUE(client.send(echo_request(body)));
    const Reply reply = client.read_reply();
    ASSERT_EQ(reply.status, 200) << size;
    ASSERT_TRUE(reply.body == body) << size;
  }
}

TEST_P(TlsConnection, AnswersPipelinedRequestsInOrder) {
  TlsClient client = this->client();
  std::string requests;
  for (int i = 0; i < 500; ++i) requests += get_request("/target?" + std::to_string(i));
  ASSERT_TRUE(client.send(requests));
  for (int i = 0; i < 500; ++i) ASSERT_EQ(client.read_reply().body, "/target?" + std::to_string(i));
}

TEST_P(TlsConnection, GoesOnWithWhatItHoldsAfterAPause) {
  ServerSettings settings = files.settings();
  settings.limits.pipelined = 3;
  TestServer paused(settings);
  TlsClient client(paused.port(), {.version = GetParam()});
  // All in one record: what is left of it after the third lies in memory, not in the socket.
  client.send(get_request("/keep/a") + get_request("/keep/b") + get_request("/keep/c") + get_request("/keep/d") +
              get_request("/target?" + std::string(3000, 'x')) + get_request("/hello"));
  ASSERT_TRUE(eventually([&] { return paused.shared.kept == 3; }));
  TlsClient other(paused.port());
  other.send(get_request("/answer/abc"));
  for (const char* body : {"a", "b", "c"}) ASSERT_EQ(client.read_reply().body, body);
  ASSERT_TRUE(eventually([&] { return paused.shared.kept == 4; }));
  other.send(get_request("/answer/d"));
  ASSERT_EQ(client.read_reply().body, "d");
  EXPECT_EQ(client.read_reply().body.size(), 3008U);
  EXPECT_EQ(client.read_reply().body, R"({"hello":"world"})");
}

TEST_P(TlsConnection, TakesBytesOneByOne) {
  TlsClient client = this->client(1);
  ASSERT_TRUE(client.established()) << client.failure();
  client.send(echo_request("one by one"));
  EXPECT_EQ(client.read_reply().body, "one by one");
}

TEST_P(TlsConnection, TakesRequestsInRecordsOfOneByte) {
  TlsClient client = this->client();
  std::string wire;
  for (const char c : echo_request("letters")) wire += client.sealed({&c, 1});
  client.send_raw(wire);
  EXPECT_EQ(client.read_reply().body, "letters");
}

TEST_P(TlsConnection, ClosesInOrder) {
  TlsClient client = this->client();
  client.send("GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(client.read_reply().headers.at("connection"), "close");
  EXPECT_TRUE(client.was_closed_in_order());
}

TEST_P(TlsConnection, AnswersWhoeverHasSaidGoodbye) {
  TlsClient client = this->client();
  client.send_raw(client.sealed(get_request("/keep/a")));
  ASSERT_TRUE(eventually([&] { return server.shared.kept == 1; }));
  client.send_close_notify();
  client.end_sending();
  TlsClient(server.port()).get("/answer/a");
  EXPECT_EQ(client.read_reply().body, "a");
  EXPECT_TRUE(client.was_closed_in_order());
}

TEST_P(TlsConnection, AnswersWhoeverLeavesWithoutGoodbye) {
  TlsClient client = this->client();
  client.send(get_request("/hello"));
  client.end_sending();
  EXPECT_EQ(client.read_reply().status, 200);
  EXPECT_TRUE(client.was_closed_in_order());
}

TEST_P(TlsConnection, NeverCarriesOutARequestThatWasCutOff) {
  TlsClient client = this->client();
  const std::string wire = client.sealed(get_request("/hello"));
  client.send_raw(wire.substr(0, wire.size() - 1));
  client.end_sending();
  client.read_all();
  EXPECT_EQ(server.shared.requests, 0U);
  EXPECT_TRUE(eventually([&] { return server.observer.closes == 1; }));
}

TEST_P(TlsConnection, CutsWhoeverTampers) {
  TlsClient client = this->client();
  std::string wire = client.sealed(get_request("/hello"));
  wire[wire.size() / 2] = static_cast<char>(wire[wire.size() / 2] ^ 1);
  client.send_raw(wire);
  EXPECT_EQ(client.read_reply().status, 0);
  EXPECT_EQ(server.shared.requests, 0U);
  EXPECT_THAT(client.failure(), HasSubstr("bad record mac"));
}

TEST_P(TlsConnection, RefusesBadRequestsReadably) {
  TlsClient client = this->client();
  client.send("nonsense\r\n\r\n" + std::string(100'000, 'x'));
  EXPECT_EQ(client.read_reply().status, 400);
  EXPECT_TRUE(client.was_closed_in_order());
}

/// OpenSSL takes its buffers from malloc when it needs them; what is ours allocates nothing more.
TEST_P(TlsConnection, AllocatesNothingOfItsOwnOnceWarm) {
  TlsClient client = this->client();
  std::vector<std::string> requests;
  for (int i = 0; i < 200; ++i) requests.push_back(client.sealed(get_request("/hello")));
  char answer[4096];
  std::size_t before = 0;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    if (i == 100) before = pelton::test::allocations();
    ASSERT_TRUE(client.send_raw(requests[i]));
    ASSERT_GT(::recv(client.fd(), answer, sizeof answer, 0), 0);
  }
  EXPECT_EQ(pelton::test::allocations(), before);
  EXPECT_TRUE(eventually([&] { return server.shared.requests == 200; }));
}

TEST(TlsPort, TellsPlainHttpWhatItIs) {
  TlsFiles files;
  TestServer server(files.settings());
  for (const char* request : {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "DELETE /x HTTP/1.1\r\nHost: a\r\n\r\n", "P"}) {
    Client client(server.port());
    client.send(request);
    const Reply reply = client.read_reply();
    EXPECT_EQ(reply.status, 400);
    EXPECT_THAT(reply.body, HasSubstr("https://"));
    EXPECT_EQ(client.read_all(), "");
    EXPECT_FALSE(client.was_reset());
  }
  EXPECT_EQ(server.shared.requests, 0U);
  EXPECT_EQ(TlsClient(server.port()).get("/hello").status, 200);
}

TEST(TlsPort, StandsBesidePlainOnes) {
  TlsFiles files;
  ServerSettings settings = files.settings();
  settings.endpoints.push_back({});
  TestServer server(settings);
  EXPECT_EQ(server.server->addresses()[1], "http://127.0.0.1:" + std::to_string(server.port(1)));
  EXPECT_EQ(Client(server.port(1)).get("/hello").status, 200);
  EXPECT_EQ(TlsClient(server.port(0)).get("/hello").status, 200);
}

TEST(TlsPort, NeedsAnIdentity) {
  ServerSettings settings = one_thread();
  settings.endpoints[0].tls = true;
  CountingObserver observer;
  Server server(settings, core::SteadyClock::instance(), {}, observer);
  EXPECT_THAT(server.start().error().message(), HasSubstr("without a certificate"));
}

TEST(TlsPort, ServesSlowReadersWhole) {
  TlsFiles files;
  TestServer server(files.settings());
  TlsClient slow(server.port());
  slow.send(get_request("/big?30000000") + get_request("/hello"));
  ASSERT_TRUE(eventually([&] { return server.shared.requests >= 1; }));
  EXPECT_EQ(TlsClient(server.port()).get("/hello").status, 200) << "others are served meanwhile";
  EXPECT_EQ(slow.read_reply().body, std::string(30'000'000, 'b'));
  EXPECT_EQ(slow.read_reply().status, 200);
}

TEST(TlsPort, FollowsKeyUpdates) {
  TlsFiles files;
  TestServer server(files.settings());
  TlsClient client(server.port(), {.version = TLS1_3_VERSION});
  for (int i = 0; i < 20; ++i) {
    ASSERT_EQ(SSL_key_update(client.ssl(), SSL_KEY_UPDATE_REQUESTED), 1);
    ASSERT_EQ(client.get("/hello").status, 200);
  }
}

/// Thousands of key updates, each of which wants an answer, from a client that reads none: the loop is
/// never theirs for long, and reads no further while the socket takes no answers.
TEST(TlsPort, IsNotKeptBusyByKeyUpdates) {
  TlsFiles files;
  TestServer server(files.settings());
  TlsClient client(server.port(), {.version = TLS1_3_VERSION});
  const int small = 4096;
  ::setsockopt(client.fd(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  std::string wire;
  for (int i = 0; i < 20'000; ++i) {
    ASSERT_EQ(SSL_key_update(client.ssl(), SSL_KEY_UPDATE_REQUESTED), 1);
    ASSERT_EQ(SSL_do_handshake(client.ssl()), 1);
    wire += client.sealed("");
  }
  std::thread flood([&] { client.send_raw(wire); });
  TlsClient other(server.port());
  for (int i = 0; i < 200; ++i) ASSERT_EQ(other.get("/hello").status, 200);
  client.reset();
  flood.join();
}

TEST(TlsPort, RefusesToRenegotiate) {
  TlsFiles files;
  TestServer server(files.settings());
  TlsClient client(server.port(), {.version = TLS1_2_VERSION});
  ASSERT_EQ(client.get("/hello").status, 200);
  ASSERT_EQ(SSL_renegotiate(client.ssl()), 1);
  client.shake_hands();
  EXPECT_THAT(client.failure(), HasSubstr("no renegotiation"));
  EXPECT_EQ(TlsClient(server.port()).get("/hello").status, 200);
}

}  // namespace
}  // namespace pelton::http::test
