// How TLS connections begin: who is let in, who is not, and how long that may take.
#include <gtest/gtest.h>

#include <random>
#include <thread>

#include "tls_harness.hpp"

namespace pelton::http::test {
namespace {

using pelton::test::make_identity;
using pelton::test::TestIdentity;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

TEST(TlsHandshake, SpeaksHttp11OrNothing) {
  TlsFiles files;
  TestServer server(files.settings());
  EXPECT_EQ(TlsClient(server.port(), {.alpn = "h2,http/1.1"}).alpn(), "http/1.1");
  EXPECT_EQ(TlsClient(server.port(), {.alpn = ""}).get("/hello").status, 200);
  TlsClient h2(server.port(), {.alpn = "h2"});
  EXPECT_FALSE(h2.established());
  EXPECT_THAT(h2.failure(), HasSubstr("no application protocol"));
  // The client may know before the server has counted.
  EXPECT_TRUE(eventually([&] { return server.observer.refusals("tls") == 1; }));
}

TEST(TlsHandshake, RefusesOldVersionsAndAllBelowTheMinimum) {
  TlsFiles files;
  TestServer server(files.settings());
  for (const int old : {TLS1_VERSION, TLS1_1_VERSION}) {
    EXPECT_FALSE(TlsClient(server.port(), {.version = old}).established());
  }
  tls::ServerIdentity strict = files.names();
  strict.minimum = tls::Version::tls13;
  TestServer modern(files.settings(strict));
  EXPECT_FALSE(TlsClient(modern.port(), {.version = TLS1_2_VERSION}).established());
  EXPECT_EQ(TlsClient(modern.port(), {.version = TLS1_3_VERSION}).get("/hello").status, 200);
}

TEST(TlsHandshake, ClosesOnGarbageAndServesOthers) {
  TlsFiles files;
  TestServer server(files.settings());
  std::mt19937 random(7);
  for (int i = 0; i < 200; ++i) {
    std::string garbage(1 + random() % 3000, '\0');
    for (char& c : garbage) c = static_cast<char>(random());
    garbage[0] = i % 2 == 0 ? '\x16' : static_cast<char>(random() % 32);
    Client client(server.port());
    client.send(garbage);
    client.end_sending();
    client.read_all();
  }
  EXPECT_TRUE(eventually([&] { return server.observer.closes == 200; }));
  EXPECT_EQ(TlsClient(server.port()).get("/hello").status, 200);
}

TEST(TlsHandshake, SurvivesEveryTruncatedAndEveryDamagedHello) {
  TlsFiles files;
  TestServer server(files.settings());
  const std::string hello = TlsClient(server.port(), {.handshake = false}).hello();
  for (std::size_t at = 0; at < hello.size(); ++at) {
    Client cut(server.port());
    cut.send(hello.substr(0, at));
    cut.end_sending();
    cut.read_all();
    std::string damaged = hello;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
    Client client(server.port());
    client.send(damaged);
    client.end_sending();
    client.read_all();
  }
  EXPECT_EQ(TlsClient(server.port()).get("/hello").status, 200);
}

class TlsTimeouts : public testing::Test {
 protected:
  ServerSettings settings() {
    ServerSettings settings = files.settings();
    settings.endpoints.push_back({});
    settings.timeouts.handshake = seconds(10);
    settings.timeouts.first_byte = seconds(30);
    settings.limits.handshakes = 2;
    return settings;
  }
  /// A whole exchange on the plain port: what was sent before it has been read by then.
  void settle() { ASSERT_EQ(Client(server.port(1)).get("/hello").status, 200); }

  TlsFiles files;
  core::ManualClock clock;
  TestServer server{settings(), clock};
};

TEST_F(TlsTimeouts, AHandshakeThatDoesNotEndIsCut) {
  Client silent(server.port());
  TlsClient slow(server.port(), {.handshake = false});
  const std::string hello = slow.hello();
  slow.send_raw(hello.substr(0, 20));
  settle();
  clock.advance(seconds(9));
  settle();
  slow.send_raw(hello.substr(20));  // progress does not help
  settle();
  clock.advance(seconds(2));
  EXPECT_EQ(silent.read_all(), "");
  EXPECT_TRUE(eventually([&] { return server.observer.refusals("slow") == 2; }));
}

TEST_F(TlsTimeouts, WhoeverShakesHandsMustSpeakInTime) {
  TlsClient client(server.port());
  ASSERT_TRUE(client.established());
  settle();
  clock.advance(seconds(29));
  EXPECT_EQ(client.get("/hello").status, 200);
  TlsClient silent(server.port());
  settle();
  clock.advance(seconds(32));
  EXPECT_TRUE(silent.was_closed_in_order());
}

TEST_F(TlsTimeouts, FurtherHandshakesWaitForTheirTurn) {
  TlsClient first(server.port(), {.handshake = false});
  TlsClient second(server.port(), {.handshake = false});
  first.send_raw(first.hello());
  second.send_raw(second.hello());
  settle();
  std::thread third([&] { EXPECT_EQ(TlsClient(server.port()).get("/hello").status, 200); });
  ASSERT_TRUE(eventually([&] { return server.observer.opens >= 4; }));
  first.shake_hands();  // makes room
  EXPECT_EQ(first.get("/hello").status, 200);
  third.join();
  EXPECT_EQ(server.observer.refusals("handshakes"), 0U);
}

TEST_F(TlsTimeouts, SlowHandshakesMakeWayForThoseThatWait) {
  std::vector<TlsClient> slow;
  for (int i = 0; i < 2; ++i) {
    slow.emplace_back(server.port(), TlsOptions{.handshake = false});
    slow.back().send_raw(slow.back().hello());
  }
  settle();
  clock.advance(milliseconds(900));
  settle();
  std::thread third([&] { EXPECT_EQ(TlsClient(server.port()).get("/hello").status, 200); });
  ASSERT_TRUE(eventually([&] { return server.observer.opens >= 5; }));
  settle();
  clock.advance(milliseconds(300));
  third.join();
  EXPECT_GE(server.observer.refusals("handshakes"), 1U);
}

TEST(TlsHandshake, ManyAtOnceAllHaveTheirTurn) {
  TlsFiles files;
  ServerSettings settings = files.settings();
  settings.limits.handshakes = 4;
  TestServer server(settings);
  std::vector<std::thread> clients;
  std::atomic<int> served{0};
  for (int i = 0; i < 16; ++i) {
    clients.emplace_back([&] {
      for (int n = 0; n < 20; ++n) served += TlsClient(server.port()).get("/hello").status == 200 ? 1 : 0;
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(served, 16 * 20);
}

/// Whether a connection that brings the ticket of an earlier one is spared the certificate.
class TlsTickets : public testing::TestWithParam<int> {
 protected:
  using Ticket = std::unique_ptr<SSL_SESSION, void (*)(SSL_SESSION*)>;
  Ticket ticket() {
    TlsClient client(server.port(), {.version = GetParam()});
    EXPECT_EQ(client.get("/hello").status, 200);
    client.send_close_notify();  // otherwise OpenSSL gives the session up
    return {SSL_get1_session(client.ssl()), &SSL_SESSION_free};
  }
  bool resumes(const Ticket& ticket) {
    TlsClient client(server.port(), {.version = GetParam(), .resumed = ticket.get()});
    EXPECT_EQ(client.get("/hello").status, 200);
    client.send_close_notify();
    return SSL_session_reused(client.ssl()) == 1;
  }
  ServerSettings settings() {
    ServerSettings settings = files.settings();
    settings.tls = files.load(files.names(), clock);
    return settings;
  }

  TlsFiles files;
  core::ManualClock clock;
  TestServer server{settings()};
};

INSTANTIATE_TEST_SUITE_P(Versions, TlsTickets, testing::Values(TLS1_2_VERSION, TLS1_3_VERSION),
                         [](const auto& version) { return version.param == TLS1_2_VERSION ? "Tls12" : "Tls13"; });

TEST_P(TlsTickets, AreTakenForAnHourOrTwo) {
  const Ticket first = ticket();
  EXPECT_TRUE(resumes(first));
  clock.advance(std::chrono::minutes(61));
  const Ticket second = ticket();
  EXPECT_TRUE(resumes(first)) << "the last hour's key is still known";
  clock.advance(std::chrono::minutes(61));
  EXPECT_FALSE(resumes(first));
  EXPECT_TRUE(resumes(second));
  clock.advance(std::chrono::hours(5));
  EXPECT_FALSE(resumes(second));
}

TEST_P(TlsTickets, EndWithTheIdentity) {
  const Ticket old = ticket();
  server.server->renew_tls(files.load(files.names(), clock));
  EXPECT_FALSE(resumes(old));
}

class ClientCertificates : public testing::Test {
 protected:
  std::unique_ptr<TestServer> serve(tls::ClientCertificates asked) {
    pelton::test::put_file(files.folder.path() / "ca.pem", authority.certificate_pem());
    tls::ServerIdentity names = files.names();
    names.client_ca = (files.folder.path() / "ca.pem").string();
    names.client_certificates = asked;
    return std::make_unique<TestServer>(files.settings(names));
  }
  static int status(TestServer& server, int version, const TestIdentity* own) {
    return TlsClient(server.port(), {.version = version, .own = own}).get("/hello").status;
  }

  TlsFiles files;
  TestIdentity authority = make_identity({.name = "authority", .authority = true});
  TestIdentity friendly = make_identity({.name = "friend"}, &authority);
  TestIdentity stranger = make_identity({.name = "stranger"});
  TestIdentity expired = make_identity({.name = "late", .valid_for_s = -60}, &authority);
};

TEST_F(ClientCertificates, RequiredOnesAreLookedAt) {
  const auto server = serve(tls::ClientCertificates::required);
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    EXPECT_EQ(status(*server, version, &friendly), 200);
    EXPECT_EQ(status(*server, version, nullptr), 0);
    EXPECT_EQ(status(*server, version, &stranger), 0);
    EXPECT_EQ(status(*server, version, &expired), 0);
  }
  EXPECT_EQ(server->shared.requests, 2U);
  TlsClient nobody(server->port(), {.version = TLS1_3_VERSION});
  nobody.get("/hello");
  EXPECT_THAT(nobody.failure(), HasSubstr("certificate required")) << "the client reads why";
}

TEST_F(ClientCertificates, ATicketDoesNotReplaceOne) {
  const auto server = serve(tls::ClientCertificates::required);
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient client(server->port(), {.version = version, .own = &friendly});
    ASSERT_EQ(client.get("/hello").status, 200);
    client.send_close_notify();
    SSL_SESSION* const ticket = SSL_get1_session(client.ssl());
    TlsClient again(server->port(), {.version = version, .own = &friendly, .resumed = ticket});
    EXPECT_EQ(again.get("/hello").status, 200);
    EXPECT_EQ(SSL_session_reused(again.ssl()), 1);
    again.send_close_notify();
    // Authorities have changed: whoever was let in by the old ones must show a certificate again.
    tls::ServerIdentity names = files.names();
    pelton::test::put_file(files.folder.path() / "other.pem", stranger.certificate_pem());
    names.client_ca = (files.folder.path() / "other.pem").string();
    names.client_certificates = tls::ClientCertificates::required;
    server->server->renew_tls(files.load(names));
    TlsClient late(server->port(), {.version = version, .own = &friendly, .resumed = ticket});
    EXPECT_EQ(late.get("/hello").status, 0);
    SSL_SESSION_free(ticket);
    names.client_ca = (files.folder.path() / "ca.pem").string();
    server->server->renew_tls(files.load(names));
  }
}

TEST_F(ClientCertificates, OptionalOnesAreLookedAtIfTheyCome) {
  const auto server = serve(tls::ClientCertificates::optional);
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    EXPECT_EQ(status(*server, version, &friendly), 200);
    EXPECT_EQ(status(*server, version, nullptr), 200);
    EXPECT_EQ(status(*server, version, &stranger), 0);
  }
}

/// New certificates a hundred times over, while clients ask on kept connections and on fresh ones.
TEST(TlsRenewal, LosesNothingUnderLoad) {
  TlsFiles files;
  ServerSettings settings = files.settings();
  settings.threads = 2;
  TestServer server(settings);
  std::atomic<bool> stop{false};
  std::atomic<int> failed{0};
  std::atomic<int> fresh{0};
  std::vector<std::thread> clients;
  for (int i = 0; i < 2; ++i) {
    clients.emplace_back([&] {
      TlsClient kept(server.port());
      while (!stop) failed += kept.get("/hello").status == 200 ? 0 : 1;
    });
    clients.emplace_back([&] {
      for (; !stop; ++fresh) failed += TlsClient(server.port()).get("/hello").status == 200 ? 0 : 1;
    });
  }
  for (int i = 0; i < 100; ++i) {
    const TestIdentity next = make_identity({.name = "renewal-" + std::to_string(i)});
    files.write(next);
    const int seen = fresh;
    server.server->renew_tls(files.load(files.names()));
    EXPECT_TRUE(eventually([&] { return fresh >= seen + 2; }));
    const TlsClient client(server.port());
    X509* const shown = SSL_get0_peer_certificate(const_cast<TlsClient&>(client).ssl());
    ASSERT_NE(shown, nullptr);
    ASSERT_EQ(X509_cmp(shown, next.certificate.get()), 0) << i;
  }
  stop = true;
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(server.observer.refusals("tls"), 0U);
}

TEST(TlsDrain, SaysGoodbyeToIdleClients) {
  TlsFiles files;
  TestServer server(files.settings());
  TlsClient idle(server.port());
  ASSERT_EQ(idle.get("/hello").status, 200);
  Client silent(server.port());
  EXPECT_TRUE(server.server->drain(seconds(10)));
  EXPECT_TRUE(idle.was_closed_in_order());
  EXPECT_EQ(server.observer.opens, server.observer.closes);
}

TEST(TlsDrain, LosesNoAcceptedRequestUnderLoad) {
  TlsFiles files;
  for (int round = 0; round < 20; ++round) {
    ServerSettings settings = files.settings();
    settings.threads = 2;
    TestServer server(settings);
    std::atomic<std::size_t> answers{0};
    std::vector<std::thread> clients;
    for (int i = 0; i < 4; ++i) {
      clients.emplace_back([&, i] {
        const std::size_t pipelined = i % 2 == 0 ? 1 : 5;
        std::string requests;
        for (std::size_t n = 0; n < pipelined; ++n) requests += get_request("/hello");
        TlsClient client(server.port());
        for (bool last = false; !last;) {
          if (!client.send(requests)) return;
          for (std::size_t got = 0; got < pipelined && !last; ++got) {
            const Reply reply = client.read_reply();
            if (reply.status == 0) return;
            ++answers;
            last = reply.headers.contains("connection");
          }
        }
      });
    }
    ASSERT_TRUE(eventually([&] { return answers >= 40; }));
    ASSERT_TRUE(server.server->drain(seconds(10)));
    for (std::thread& client : clients) client.join();
    ASSERT_EQ(answers, server.shared.requests) << "round " << round;
  }
}

}  // namespace
}  // namespace pelton::http::test
