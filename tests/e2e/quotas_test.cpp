// Quotas of the program itself, as an operator sets them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "listening.hpp"
#include "support/http_client.hpp"
#include "support/process.hpp"
#include "support/temporary_folder.hpp"

namespace pelton {
namespace {

using testing::HasSubstr;

const std::string kQuickstart = std::string(PELTON_SOURCE_DIR) + "/configs/quickstart.toml";

TEST(Quotas, AClientBeyondItsOwnIsTold429AndOthersAreServed) {
  test::TemporaryFolder folder;
  const std::string socket = (folder.path() / "p.sock").string();
  test::Process server({PELTON_BINARY, "serve", "--config", kQuickstart, "--port", "0", "--unix", socket},
                       {"PELTON_QUOTAS_REQUESTS_PER_SECOND=0.01", "PELTON_QUOTAS_REQUESTS_BURST=3",
                        "PELTON_SERVER_TRUSTED_PROXIES=unix"});
  const std::uint16_t port = port_of(server);
  ASSERT_THAT(server.line(), HasSubstr(socket));
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(test::HttpClient(port).post("/predict", R"({"x":[2,3]})").body, R"({"result":2.0})");
  }
  test::HttpClient client(port);
  const test::Reply refused = client.post("/predict", R"({"x":[2,3]})", "X-Forwarded-For: 192.0.2.1\r\n");
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.header("Retry-After"), "100");
  EXPECT_EQ(refused.header("Content-Type"), "application/problem+json");
  EXPECT_EQ(client.get("/readyz").status, 200);
  EXPECT_THAT(client.get("/metrics").body, HasSubstr(R"(pelton_rejected_total{reason="quota"} 1)"));

  const auto through_socket = [&](const std::string& forwarded) {
    std::vector<std::string> command{PELTON_CURL,        "-s", "--unix-socket", socket,
                                     "http://a/predict", "-d", R"({"x":[2,3]})"};
    if (!forwarded.empty()) command.insert(command.end(), {"-H", "X-Forwarded-For: " + forwarded});
    return test::Process(command).rest_of_stdout();
  };
  for (const std::string caller : {"", "192.0.2.1", "2001:db8::1"}) {
    for (int i = 0; i < 3; ++i) EXPECT_EQ(through_socket(caller), R"({"result":2.0})") << caller;
    EXPECT_THAT(through_socket(caller), HasSubstr("\"status\":429")) << caller;
  }
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait(), 0);
}

TEST(Quotas, AreCheckedWhereTheyAreSet) {
  test::Process server({PELTON_BINARY, "serve", "--config", kQuickstart, "--port", "0"},
                       {"PELTON_QUOTAS_ROWS_PER_SECOND=-1"});
  EXPECT_THAT(server.rest_of_stderr(), HasSubstr("PELTON_QUOTAS_ROWS_PER_SECOND"));
  EXPECT_EQ(server.wait(), 2);
}

}  // namespace
}  // namespace pelton
