// TLS from outside: the program as a user starts it, asked by curl and by its own load generator.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "listening.hpp"
#include "support/certificates.hpp"
#include "support/process.hpp"
#include "support/temporary_folder.hpp"

namespace pelton {
namespace {

using test::make_identity;
using test::put_file;
using test::TestIdentity;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

const std::string kQuickstart = std::string(PELTON_SOURCE_DIR) + "/configs/quickstart.toml";

struct Ran {
  int code = 0;
  std::string out;
  std::string err;
};

Ran run(std::vector<std::string> arguments) {
  test::Process process(std::move(arguments));
  Ran ran;
  ran.out = process.rest_of_stdout();
  ran.err = process.rest_of_stderr();
  ran.code = process.wait();
  return ran;
}

class Tls : public testing::Test {
 protected:
  Tls() {
    show(own);
    put_file(path("ca.pem"), authority.certificate_pem());
  }
  std::string path(const std::string& name) const { return (folder.path() / name).string(); }
  void show(const TestIdentity& identity) const {
    put_file(path("certificate.pem"), identity.certificate_pem());
    put_file(path("key.pem"), identity.key_pem());
  }
  test::Process serve(std::vector<std::string> further = {}) {
    std::vector<std::string> arguments{
        PELTON_BINARY,           "serve",     "--config",     kQuickstart, "--port", "0", "--tls-certificate",
        path("certificate.pem"), "--tls-key", path("key.pem")};
    arguments.insert(arguments.end(), further.begin(), further.end());
    return test::Process(arguments, {"PELTON_TLS_WATCH_MS=20", "PELTON_LOG_LEVEL=info"});
  }
  Ran curl(const std::string& url, std::vector<std::string> further = {}) const {
    std::vector<std::string> arguments{"/usr/bin/curl", "--silent",    "--show-error", "--max-time", "60",
                                       "--cacert",      path("ca.pem")};
    arguments.insert(arguments.end(), further.begin(), further.end());
    arguments.push_back(url);
    return run(arguments);
  }
  Ran predict(const std::string& url, std::vector<std::string> further = {}) const {
    further.insert(further.end(), {"--data", R"({"x":[2,3]})"});
    return curl(url + "/predict", further);
  }
  /// Whether a client that trusts only `authority_file` comes to be answered.
  bool answers(const std::string& url, const std::string& authority_file) const {
    for (int i = 0; i < 600; ++i) {
      if (predict(url, {"--cacert", authority_file}).out == R"({"result":2.0})") return true;
    }
    return false;
  }

  test::TemporaryFolder folder;
  TestIdentity authority = make_identity({.name = "authority", .authority = true});
  TestIdentity own = make_identity({.name = "localhost"}, &authority);
};

TEST_F(Tls, CurlIsAnsweredInEveryWayItKnows) {
  test::Process server = serve();
  const std::string url = url_of(server, "https://127.0.0.1:");
  EXPECT_EQ(predict(url).out, R"({"result":2.0})") << predict(url).err;
  const Ran modern = predict(url, {"--tlsv1.3", "--verbose"});
  EXPECT_EQ(modern.out, R"({"result":2.0})");
  EXPECT_THAT(modern.err, AllOf(HasSubstr("TLSv1.3"), HasSubstr("ALPN: server accepted http/1.1")));
  const Ran old = predict(url, {"--tls-max", "1.2", "--verbose"});
  EXPECT_EQ(old.out, R"({"result":2.0})");
  EXPECT_THAT(old.err, AllOf(HasSubstr("TLSv1.2"), HasSubstr("ECDHE")));
  EXPECT_EQ(predict(url, {"--http2"}).out, R"({"result":2.0})");
  EXPECT_NE(predict(url, {"--tls-max", "1.1", "--ciphers", "DEFAULT@SECLEVEL=0"}).code, 0);
  EXPECT_NE(predict(url, {"--cacert", "/etc/ssl/certs/ca-certificates.crt"}).code, 0) << "curl trusts its own only";
  EXPECT_THAT(run({"/usr/bin/curl", "-s", "http" + url.substr(5) + "/readyz"}).out, HasSubstr("https://"));
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait(), 0);
  EXPECT_THAT(server.rest_of_stderr(), HasSubstr("CN=localhost"));
}

TEST_F(Tls, LargeBodiesGoBothWays) {
  test::Process server = serve();
  const std::string url = url_of(server, "https://127.0.0.1:");
  std::string rows = "[2,3]";
  std::string results = "2.0";
  for (int i = 1; i < 200'000; ++i) {
    rows += ",[2,3]";
    results += ",2.0";
  }
  put_file(path("rows.json"), "{\"x\":[" + rows + "]}");
  const Ran answer = curl(url + "/predict", {"--data", "@" + path("rows.json")});
  EXPECT_EQ(answer.code, 0) << answer.err;
  EXPECT_TRUE(answer.out == "{\"result\":[" + results + "]}");
}

TEST_F(Tls, ClientCertificatesAreAskedFor) {
  const TestIdentity client = make_identity({.name = "client"}, &authority);
  put_file(path("client.pem"), client.certificate_pem() + client.key_pem());
  const TestIdentity stranger = make_identity({.name = "stranger"});
  put_file(path("stranger.pem"), stranger.certificate_pem() + stranger.key_pem());
  test::Process server = serve({"--tls-client-ca", path("ca.pem"), "--tls-client-certificates", "required"});
  const std::string url = url_of(server, "https://127.0.0.1:");
  EXPECT_EQ(predict(url, {"--cert", path("client.pem")}).out, R"({"result":2.0})");
  const Ran nobody = predict(url);
  EXPECT_NE(nobody.code, 0);
  EXPECT_THAT(nobody.err, HasSubstr("certificate required"));
  EXPECT_NE(predict(url, {"--cert", path("stranger.pem")}).code, 0);
}

TEST_F(Tls, NewFilesAreShownAtSighupAndWhenTheyChange) {
  test::Process server = serve();
  const std::string url = url_of(server, "https://127.0.0.1:");
  ASSERT_EQ(predict(url).out, R"({"result":2.0})");
  const TestIdentity second = make_identity({.name = "localhost"});
  put_file(path("second.pem"), second.certificate_pem());
  show(second);
  EXPECT_TRUE(answers(url, path("second.pem"))) << "seen by looking";
  put_file(path("key.pem"), "nonsense");
  server.signal(SIGHUP);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(predict(url, {"--cacert", path("second.pem")}).out, R"({"result":2.0})");
  const TestIdentity third = make_identity({.name = "localhost"});
  put_file(path("third.pem"), third.certificate_pem());
  show(third);
  server.signal(SIGHUP);
  EXPECT_TRUE(answers(url, path("third.pem")));
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait(), 0);
  EXPECT_THAT(server.rest_of_stderr(),
              AllOf(HasSubstr("the TLS certificate that was shown stays"), HasSubstr("key.pem: no private key")));
}

TEST_F(Tls, AHundredRenewalsUnderLoadFailNoRequest) {
  test::Process server = serve({"--threads", "2"});
  const std::string url = url_of(server, "https://127.0.0.1:");
  std::atomic<bool> over{false};
  std::atomic<int> shown{0};
  std::thread renewals([&] {
    for (int i = 0; i < 100; ++i) {
      const TestIdentity next = make_identity({.name = "localhost"});
      put_file(path("next.pem"), next.certificate_pem());
      show(next);
      server.signal(SIGHUP);
      shown += answers(url, path("next.pem")) ? 1 : 0;
    }
    over = true;
  });
  std::size_t runs = 0;
  do {
    const bool fresh = runs++ % 2 == 0;
    std::vector<std::string> bench{
        PELTON_BINARY,          "bench",      url,  "--insecure", "--json", "--connections", "4", "--rate",
        fresh ? "200" : "1000", "--duration", "0.5"};
    if (fresh) bench.insert(bench.end(), {"--header", "Connection: close"});
    const Ran load = run(bench);
    EXPECT_EQ(load.code, 0) << load.err;
    EXPECT_THAT(load.out,
                HasSubstr(R"("errors":{"connect":0,"timeout":0,"reset":0,"status_4xx":0,"status_5xx":0,"protocol":0)"));
  } while (!over);
  renewals.join();
  EXPECT_EQ(shown, 100);
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait(), 0);
}

TEST_F(Tls, BenchSaysWhomItDoesNotTrust) {
  test::Process server = serve();
  const std::string url = url_of(server, "https://127.0.0.1:");
  const auto bench = [&](std::vector<std::string> further) {
    std::vector<std::string> arguments{PELTON_BINARY, "bench", url, "--requests", "10", "--connections", "2"};
    arguments.insert(arguments.end(), further.begin(), further.end());
    return run(arguments);
  };
  EXPECT_EQ(bench({"--insecure"}).code, 0);
  EXPECT_EQ(bench({"--ca-file", path("ca.pem")}).code, 0);
  const Ran refused = bench({});
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.err, HasSubstr("certificate: "));
}

TEST_F(Tls, WrongFilesAreNamedByTheirLine) {
  put_file(path("s.toml"), "[tls]\ncertificate = \"certificate.pem\"\nkey = \"nowhere.pem\"\n");
  const Ran checked = run({PELTON_BINARY, "config", "check", path("s.toml")});
  EXPECT_EQ(checked.code, 1);
  EXPECT_THAT(checked.err, AllOf(StartsWith(path("s.toml") + ":3:7: [tls] key: "), HasSubstr("nowhere.pem")));
  const Ran started = run({PELTON_BINARY, "serve", "--config", path("s.toml")});
  EXPECT_EQ(started.code, 2);
  EXPECT_THAT(started.err, HasSubstr("s.toml:3:7: [tls] key: "));
  put_file(path("good.toml"), "[tls]\ncertificate = \"certificate.pem\"\nkey = \"key.pem\"\n");
  EXPECT_EQ(run({PELTON_BINARY, "config", "check", path("good.toml")}).code, 0);
  put_file(path("bad.toml"), "[tls]\ncertificat = 1\n[server]\nport = 99999\n");
  const Ran bad = run({PELTON_BINARY, "config", "check", path("bad.toml")});
  EXPECT_THAT(bad.err, AllOf(HasSubstr("bad.toml:2:1: "), HasSubstr("did you mean \"certificate\"?"),
                             HasSubstr("bad.toml:4:8: ")));
  EXPECT_EQ(run({PELTON_BINARY, "config", "check", path("nowhere.toml")}).code, 1);
  EXPECT_EQ(run({PELTON_BINARY, "config"}).code, 2);
}

}  // namespace
}  // namespace pelton
