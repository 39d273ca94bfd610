#include "load/load_run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <unistd.h>

#include <cmath>
#include <string>
#include <thread>
#include <vector>

#include "load/socket.hpp"

namespace pelton::load {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

/// A real server in real time: one blocking thread a connection, as many as it was told to expect.
class ThreadServer {
 public:
  explicit ThreadServer(std::size_t connections) : listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    EXPECT_EQ(::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(listener_.get(), 64), 0);
    ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    acceptor_ = std::jthread([this, connections] {
      std::vector<std::jthread> threads;
      for (std::size_t i = 0; i < connections; ++i) {
        threads.emplace_back([fd = ::accept(listener_.get(), nullptr, nullptr)] { serve(FileDescriptor(fd)); });
      }
    });
  }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  std::uint16_t port() const { return port_; }

 private:
  static void serve(FileDescriptor connection) {
    constexpr std::string_view kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    char buffer[4096];
    while (::recv(connection.get(), buffer, sizeof(buffer), 0) > 0) {
      ::send(connection.get(), kAnswer.data(), kAnswer.size(), MSG_NOSIGNAL);
    }
  }

  FileDescriptor listener_;
  std::uint16_t port_ = 0;
  std::jthread acceptor_;
};

LoadSettings settings_for(const std::string& url) {
  LoadSettings settings;
  settings.target = *parse_target(url);
  settings.connections = 4;
  settings.duration = 20s;
  settings.max_requests = 400;
  return settings;
}

TEST(RunLoad, MeasuresARealServerFromSeveralThreads) {
  ThreadServer server(1 + 4);  // one to see whether it is there
  LoadSettings settings = settings_for(server.url());
  settings.threads = 2;
  settings.server_pid = ::getpid();
  const auto report = run_load(settings);
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_EQ(report->requests, 400u);
  EXPECT_EQ(report->failures(), 0u);
  EXPECT_FALSE(report->open_loop);
  EXPECT_GT(report->achieved_rps, 0);
  EXPECT_GT(report->latency_ms.p50, 0);
  EXPECT_LE(report->latency_ms.p50, report->latency_ms.max);
  ASSERT_TRUE(report->server_cpu_us);
  EXPECT_GT(*report->server_cpu_us, 0);
}

TEST(RunLoad, OpenLoopReportsTheRateAskedFor) {
  ThreadServer server(1 + 4);
  LoadSettings settings = settings_for(server.url());
  settings.rate = 4000;
  const auto report = run_load(settings);
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_TRUE(report->open_loop);
  EXPECT_EQ(report->offered_rps, 4000);
  EXPECT_EQ(report->requests, 400u);
  EXPECT_GE(report->duration_s, 0.08);  // the 400th is due after about 0.1 s, whatever the machine does
}

TEST(RunLoad, StepsAreOfferedAndWindowsListed) {
  ThreadServer server(1 + 4);
  LoadSettings settings = settings_for(server.url());
  settings.max_requests = 0;
  settings.steps = {{200, 300ms}, {2000, 300ms}};
  settings.score = {.objective = 1h, .keep_windows = true};
  const auto report = run_load(settings);
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_TRUE(report->open_loop);
  EXPECT_DOUBLE_EQ(report->offered_rps, 1100);
  EXPECT_NEAR(static_cast<double>(report->requests), 660, 120);  // 60 and 600; more than four standard deviations
  ASSERT_TRUE(report->objective);
  EXPECT_EQ(report->objective->in_time, report->count(Outcome::answered));
  std::uint64_t ended = 0;
  for (const Window& window : report->windows) ended += window.answered + window.failed;
  EXPECT_EQ(ended, report->requests);
}

TEST(RunLoad, NobodyThereIsToldAtOnce) {
  std::string url;
  {
    ThreadServer gone(0);
    url = gone.url();
  }
  const auto report = run_load(settings_for(url));
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code(), core::ErrorCode::unavailable);
  EXPECT_THAT(report.error().message(), HasSubstr("cannot connect to 127.0.0.1:"));
  EXPECT_THAT(report.error().message(), HasSubstr("refused"));
  const auto unix_report = run_load(settings_for("unix:/nonexistent/p.sock"));
  ASSERT_FALSE(unix_report);
  EXPECT_THAT(unix_report.error().message(), HasSubstr("unix:/nonexistent/p.sock"));
}

TEST(RunLoad, SettingsHaveBounds) {
  const auto refused = [](auto change) {
    LoadSettings settings = settings_for("http://127.0.0.1:1");
    change(settings);
    const auto report = run_load(settings);
    return !report && report.error().code() == core::ErrorCode::invalid_argument;
  };
  EXPECT_TRUE(refused([](LoadSettings& s) { s.connections = 0; }));
  EXPECT_TRUE(refused([](LoadSettings& s) { s.connections = 65537; }));
  EXPECT_TRUE(refused([](LoadSettings& s) { s.rate = 0; }));
  EXPECT_TRUE(refused([](LoadSettings& s) { s.rate = -5; }));
  EXPECT_TRUE(refused([](LoadSettings& s) { s.rate = std::nan(""); }));
  EXPECT_TRUE(refused([](LoadSettings& s) { s.rate = 1e8; }));
  EXPECT_TRUE(refused([](LoadSettings& s) { s.duration = 0s; }));
  EXPECT_TRUE(refused([](LoadSettings& s) { s.duration = 25h; }));
  EXPECT_TRUE(refused([](LoadSettings& s) { s.timeout = 0s; }));
  EXPECT_TRUE(refused([](LoadSettings& s) { s.steps = {{5, 1s}, {1e8, 1s}}; }));
  EXPECT_TRUE(refused([](LoadSettings& s) { s.steps = {{5, 13h}, {5, 13h}}; }));
  EXPECT_TRUE(refused([](LoadSettings& s) {
    s.threads = 2;
    s.score.keep_windows = true;
  }));
  EXPECT_TRUE(refused([](LoadSettings& s) {
    s.duration = 2h;
    s.score.keep_windows = true;
  }));
  EXPECT_TRUE(refused([](LoadSettings& s) { s.threads = 0; }));
  EXPECT_TRUE(refused([](LoadSettings& s) { s.threads = 5; }));
  EXPECT_TRUE(refused([](LoadSettings& s) {
    s.threads = 4;
    s.max_requests = 3;
  }));
}

TEST(RunLoad, AnUnknownProcessIsAnError) {
  ThreadServer server(1);
  LoadSettings settings = settings_for(server.url());
  settings.server_pid = 999'999'999;
  const auto report = run_load(settings);
  ASSERT_FALSE(report);
  EXPECT_THAT(report.error().message(), HasSubstr("no process 999999999"));
}

}  // namespace
}  // namespace pelton::load
