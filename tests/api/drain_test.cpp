// A thousand servers are drained under load: what was taken on is answered, every time.
#include <gtest/gtest.h>

#include <atomic>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "api_test_server.hpp"

namespace pelton::api {
namespace {

/// The sum of all series of one metric.
std::uint64_t total(const metrics::Registry& registry, const std::string& name) {
  core::TextBuffer out;
  registry.write(out);
  std::istringstream lines{std::string(out.view())};
  std::uint64_t sum = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(name + "{")) sum += std::stoull(line.substr(line.rfind(' ')));
  }
  return sum;
}

/// Asks until the server ends the connection; returns how many answers came, and adds to `broken`
/// each one that was cut or wrong.
std::uint64_t ask_until_closed(std::uint16_t port, std::atomic<int>& broken) {
  std::uint64_t answers = 0;
  try {
    test::HttpClient client(port);
    while (true) {
      const test::Reply reply = client.post("/predict", R"({"x":[2,3]})");
      ++answers;
      if (reply.status != 200 || reply.body != R"({"result":5.0})") ++broken;
      if (reply.header("Connection") == "close") break;
    }
  } catch (const std::runtime_error&) {
    // The server closed this connection while it was idle, or before it was accepted.
  }
  return answers;
}

class DrainTest : public testing::TestWithParam<bool> {};

TEST_P(DrainTest, LosesNothingThatWasAccepted) {
  const bool in_pool = GetParam();
  ApiSettings settings;
  if (in_pool) settings.batching.inline_limit = core::Duration(0);
  constexpr int kRounds = 500;
  constexpr int kClients = 4;
  std::uint64_t all = 0;
  for (int round = 0; round < kRounds; ++round) {
    ApiTestServer server({{"plain", {"", ""}}}, settings, nullptr, 2);
    std::atomic<int> broken{0};
    std::atomic<std::uint64_t> received{0};
    const std::uint16_t port = server.port();
    std::vector<std::thread> clients;
    for (int i = 0; i < kClients; ++i) {
      clients.emplace_back([&] { received += ask_until_closed(port, broken); });
    }
    // Drained at another moment of the traffic each time.
    while (total(server.shared().registry, "pelton_requests_total") < static_cast<std::uint64_t>(round % 17)) {
      std::this_thread::yield();
    }
    ASSERT_TRUE(server.server().drain(std::chrono::seconds(60)));
    for (std::thread& client : clients) client.join();
    ASSERT_EQ(broken.load(), 0) << "round " << round;
    ASSERT_EQ(received.load(), total(server.shared().registry, "pelton_requests_total")) << "round " << round;
    all += received.load();
  }
  EXPECT_GT(all, static_cast<std::uint64_t>(kRounds)) << "there was traffic to lose";
}

INSTANTIATE_TEST_SUITE_P(Scoring, DrainTest, testing::Values(false, true),
                         [](const auto& param) { return param.param ? "in_the_pool" : "inline"; });

}  // namespace
}  // namespace pelton::api
