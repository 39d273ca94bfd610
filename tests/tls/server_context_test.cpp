#include "tls/server_context.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>

#include "support/certificates.hpp"
#include "support/temporary_folder.hpp"
#include "tls/client_context.hpp"

namespace pelton::tls {
namespace {

using test::make_identity;
using test::put_file;
using test::TestIdentity;
using testing::AllOf;
using testing::HasSubstr;

class Identities : public testing::Test {
 protected:
  std::string file(const std::string& name) const { return (folder.path() / name).string(); }
  std::string write(const std::string& name, const std::string& bytes) const {
    put_file(folder.path() / name, bytes);
    return file(name);
  }
  ServerIdentity names(const TestIdentity& identity) const {
    return {.certificate = write("certificate.pem", identity.certificate_pem()),
            .key = write("key.pem", identity.key_pem()),
            .client_ca = {}};
  }
  static core::Result<std::shared_ptr<const ServerContext>, Fault> load(const ServerIdentity& names) {
    return ServerContext::load(names, core::SteadyClock::instance());
  }
  /// What is said of `names`, after the setting it is about.
  static std::string said(const ServerIdentity& names) {
    const auto loaded = load(names);
    if (loaded) return "fine";
    static constexpr const char* kParts[] = {"certificate ", "key ", "client_ca "};
    return kParts[static_cast<int>(loaded.error().part)] + loaded.error().error.message();
  }

  test::TemporaryFolder folder;
};

TEST_F(Identities, TellWhoTheyAre) {
  const auto loaded = load(names(make_identity({.name = "models.example"})));
  ASSERT_TRUE(loaded);
  EXPECT_EQ((*loaded)->subject(), "CN=models.example");
  EXPECT_THAT((*loaded)->valid_until(), HasSubstr("GMT"));
  EXPECT_FALSE((*loaded)->out_of_date());
  const auto late = load(names(make_identity({.valid_for_s = -60})));
  ASSERT_TRUE(late);
  EXPECT_TRUE((*late)->out_of_date());
  EXPECT_TRUE(load(names(make_identity({.rsa_bits = 2048}))));
}

TEST_F(Identities, NameTheFileThatIsWrong) {
  const TestIdentity own = make_identity({});
  const ServerIdentity good = names(own);
  ServerIdentity wrong = good;
  wrong.certificate = file("nowhere.pem");
  EXPECT_THAT(said(wrong), AllOf(HasSubstr("certificate "), HasSubstr("nowhere.pem: No such file")));
  wrong.certificate = folder.path();
  EXPECT_THAT(said(wrong), HasSubstr("not a regular file"));
  wrong.certificate = "/dev/zero";
  EXPECT_THAT(said(wrong), HasSubstr("not a regular file"));
  wrong.certificate = write("text.pem", "hello");
  EXPECT_THAT(said(wrong), HasSubstr("no certificate in PEM form"));
  wrong.certificate = write("empty.pem", "");
  EXPECT_THAT(said(wrong), HasSubstr("no certificate in PEM form"));
  wrong.certificate = write("huge.pem", std::string(5 << 20, 'x'));
  EXPECT_THAT(said(wrong), HasSubstr("larger than 4 MiB"));
  wrong.certificate = good.key;
  EXPECT_THAT(said(wrong), HasSubstr("no certificate in PEM form"));

  wrong = good;
  wrong.key = good.certificate;
  EXPECT_THAT(said(wrong), AllOf(HasSubstr("key "), HasSubstr("no private key in PEM form")));
  wrong.key = write("locked.pem", own.encrypted_key_pem());
  EXPECT_THAT(said(wrong), HasSubstr("the key is encrypted"));
  wrong.key = write("other.pem", make_identity({}).key_pem());
  EXPECT_THAT(said(wrong), HasSubstr("other.pem: does not belong to the certificate"));

  wrong = good;
  wrong.client_certificates = ClientCertificates::required;
  EXPECT_THAT(said(wrong), AllOf(HasSubstr("client_ca "), HasSubstr("client_ca is needed")));
  wrong.client_ca = file("nowhere.pem");
  EXPECT_THAT(said(wrong), HasSubstr("nowhere.pem"));
  wrong.client_ca = write("text.pem", "hello");
  EXPECT_THAT(said(wrong), HasSubstr("text.pem: no certificate"));
}

TEST_F(Identities, RefuseWeakKeysAndDamagedCertificates) {
  EXPECT_THAT(said(names(make_identity({.rsa_bits = 1024}))), HasSubstr("key too small"));
  const TestIdentity own = make_identity({});
  ServerIdentity wrong = names(own);
  std::string pem = own.certificate_pem();
  for (std::size_t at = 0; at < pem.size(); at += 7) {
    std::string damaged = pem;
    damaged[at] = damaged[at] == 'A' ? 'B' : 'A';
    wrong.certificate = write("damaged.pem", damaged);
    (void)said(wrong);  // whatever it is taken for, it harms nobody
    wrong.certificate = write("cut.pem", pem.substr(0, at));
    EXPECT_NE(said(wrong), "fine") << at;
  }
}

/// Two ends of one connection, on one thread.
class Ends : public Identities {
 protected:
  void connect(const ServerContext& server_context, const Trust& trust, const std::string& name) {
    int sockets[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, sockets), 0);
    server_socket = sockets[0];
    client_socket = sockets[1];
    auto clients = ClientContext::make(trust);
    ASSERT_TRUE(clients) << clients.error().message();
    server = server_context.open(server_socket);
    client = (*clients)->open(client_socket, name);
    for (int i = 0; i < 10 && !(server_at == Session::Step::done && client_at == Session::Step::done); ++i) {
      if (client_at != Session::Step::failed) client_at = client->handshake();
      if (server_at != Session::Step::failed) server_at = server->handshake();
    }
  }
  void TearDown() override {
    server.reset();
    client.reset();
    ::close(server_socket);
    ::close(client_socket);
  }

  int server_socket = -1;
  int client_socket = -1;
  std::unique_ptr<Session> server;
  std::unique_ptr<Session> client;
  Session::Step server_at = Session::Step::needs_input;
  Session::Step client_at = Session::Step::needs_input;
};

TEST_F(Ends, TrustAChainToTheirAuthority) {
  const TestIdentity root = make_identity({.name = "root", .authority = true});
  const TestIdentity middle = make_identity({.name = "middle", .authority = true}, &root);
  const TestIdentity own = make_identity({.name = "models.example"}, &middle);
  ServerIdentity identity = names(own);
  identity.certificate = write("chain.pem", own.certificate_pem() + middle.certificate_pem());
  const auto loaded = load(identity);
  ASSERT_TRUE(loaded);
  connect(**loaded, {.ca_file = write("root.pem", root.certificate_pem())}, "models.example");
  ASSERT_EQ(client_at, Session::Step::done) << client->failure();
  ASSERT_EQ(server_at, Session::Step::done);
  char bytes[16];
  EXPECT_EQ(server->receive(bytes, sizeof bytes), -1);
  EXPECT_EQ(errno, EAGAIN);
  EXPECT_EQ(client->send("hello", 5), 5);
  EXPECT_EQ(server->receive(bytes, 2), 2);
  EXPECT_TRUE(server->holds_more());
  EXPECT_EQ(server->receive(bytes, sizeof bytes), 3);
  EXPECT_FALSE(server->holds_more());
  client->close();
  EXPECT_EQ(server->receive(bytes, sizeof bytes), 0);
}

TEST_F(Ends, SayWhomTheyDoNotTrust) {
  const TestIdentity own = make_identity({.name = "models.example"});
  const auto loaded = load(names(own));
  connect(**loaded, {.ca_file = write("other.pem", make_identity({.authority = true}).certificate_pem())},
          "models.example");
  EXPECT_EQ(client_at, Session::Step::failed);
  EXPECT_THAT(client->failure(), HasSubstr("self-signed certificate"));
}

TEST_F(Ends, SayWhoIsSomebodyElse) {
  const TestIdentity own = make_identity({.name = "models.example"});
  const auto loaded = load(names(own));
  connect(**loaded, {.ca_file = write("own.pem", own.certificate_pem())}, "shop.example");
  EXPECT_EQ(client_at, Session::Step::failed);
  EXPECT_THAT(client->failure(), HasSubstr("hostname mismatch"));
}

TEST_F(Ends, TrustAnybodyWhenTold) {
  const auto loaded = load(names(make_identity({})));
  connect(**loaded, {.anybody = true}, "whoever.example");
  EXPECT_EQ(client_at, Session::Step::done) << client->failure();
}

TEST_F(Ends, SendAsMuchAsTheSocketTakes) {
  const auto loaded = load(names(make_identity({})));
  connect(**loaded, {.anybody = true}, "");
  std::string big(8 << 20, '\0');
  for (std::size_t i = 0; i < big.size(); ++i) big[i] = static_cast<char>(i * 2654435761U >> 13);
  std::string got;
  std::size_t sent = 0;
  std::vector<char> bytes(50'000);
  while (got.size() < big.size()) {
    const ssize_t n = server->send(big.data() + sent, big.size() - sent);
    if (n > 0) sent += static_cast<std::size_t>(n);
    const ssize_t m = client->receive(bytes.data(), bytes.size());
    if (m > 0) got.append(bytes.data(), static_cast<std::size_t>(m));
    ASSERT_FALSE(n <= 0 && m <= 0 && sent == big.size()) << "nothing moves";
  }
  EXPECT_TRUE(got == big);
}

TEST_F(Ends, FailForGoodOnceBroken) {
  const auto loaded = load(names(make_identity({})));
  connect(**loaded, {.anybody = true}, "");
  ASSERT_EQ(::send(client_socket, "\x17\x03\x03\x00\x20nonsense-nonsense-nonsense-32by", 37, 0), 37);
  char bytes[16];
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(server->receive(bytes, sizeof bytes), -1);
    EXPECT_EQ(errno, EPROTO);
    EXPECT_EQ(server->send("x", 1), -1);
    EXPECT_EQ(errno, EPROTO);
  }
  server->close();
}

}  // namespace
}  // namespace pelton::tls
