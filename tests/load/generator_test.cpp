#include "load/generator.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "load/report.hpp"
#include "simulated_server.hpp"

namespace pelton::load {
namespace {

using namespace std::chrono_literals;
using testing::SimulatedServer;

GeneratorSettings settings_for(const SimulatedServer& server, std::optional<double> rate, core::Duration duration,
                               std::size_t connections = 64) {
  GeneratorSettings settings;
  settings.address = server.address();
  settings.request = std::make_shared<const Request>(testing::simple_request());
  settings.connections = connections;
  settings.rate = rate;
  settings.duration = duration;
  settings.timeout = 5s;
  return settings;
}

struct Finished {
  Scoreboard score;
  core::Duration elapsed;
};

Finished run(GeneratorSettings settings, SimulatedServer& server) {
  Generator generator(std::move(settings), server);
  auto score = generator.run();
  EXPECT_TRUE(score) << score.error().message();
  return {*std::move(score), generator.elapsed()};
}

double ms(std::uint64_t nanoseconds) { return static_cast<double>(nanoseconds) * 1e-6; }

TEST(Generator, KeepsTheRateAndSeesTheServiceTime) {
  SimulatedServer server({.service = 100us});
  const Finished r = run(settings_for(server, 1000, 10s), server);
  EXPECT_NEAR(static_cast<double>(r.score.requests()), 10'000, 400);  // four standard deviations
  EXPECT_EQ(r.score.count(Outcome::answered), r.score.requests());
  EXPECT_EQ(server.requests_seen(), r.score.requests());
  EXPECT_NEAR(ms(r.score.latency().quantile(0.5)), 0.1, 0.002);
  // M/D/1 at load 0.1: mean wait is load * service / (2 (1 - load)) = 5.6 us.
  EXPECT_NEAR(r.score.latency().mean() * 1e-3, 105.6, 1.0);
  EXPECT_EQ(server.connections_seen(), 64u);
  EXPECT_EQ(r.elapsed, 10s);
}

TEST(Generator, QueueingDelayIsThatOfTheory) {
  SimulatedServer server({.service = 800us});
  const Finished r = run(settings_for(server, 1000, 100s), server);
  // M/D/1 at load 0.8: 0.8 ms + 0.8 * 0.8 / (2 * 0.2) ms = 2.4 ms.
  EXPECT_NEAR(r.score.latency().mean() * 1e-6, 2.4, 0.2);
}

TEST(Generator, ABacklogOfOneStepIsServedInTheNext) {
  // 1 ms a request. A second of 2000 a second leaves 1000 waiting; at 500 a second they take two seconds more.
  SimulatedServer server({.service = 1ms});
  GeneratorSettings settings = settings_for(server, std::nullopt, 5s);
  settings.steps = {{500, 1s}, {2000, 1s}, {500, 3s}};
  settings.score.keep_windows = true;
  const Finished r = run(std::move(settings), server);
  EXPECT_EQ(r.score.count(Outcome::answered), r.score.requests());
  const auto& windows = r.score.windows();
  ASSERT_GE(windows.size(), 50u);
  EXPECT_LT(ms(static_cast<std::uint64_t>(windows[9].p99.count())), 20);
  EXPECT_NEAR(ms(static_cast<std::uint64_t>(windows[19].p50.count())), 475, 150);
  EXPECT_GT(ms(static_cast<std::uint64_t>(windows[33].p50.count())), 100);
  EXPECT_LT(ms(static_cast<std::uint64_t>(windows[47].p99.count())), 20);
}

TEST(Generator, AStoppedServerShowsInTheTail) {
  // The server stands still from 2.0 to 2.3 s of 4 s. A generator that waits for answers before it sends
  // again would see 8 slow requests of thousands; here every request due meanwhile is slow.
  SimulatedServer server({.service = 10us, .pause_from = 2s, .pause_to = 2300ms});
  const Finished r = run(settings_for(server, 2000, 4s, 8), server);
  const double slow = static_cast<double>(r.score.latency().count_between(100'000'000, 1'000'000'000));
  EXPECT_NEAR(slow, 2000 * 0.2, 80);  // those due in the first 200 ms of the pause
  EXPECT_NEAR(ms(r.score.latency().max()), 300, 10);
  EXPECT_GT(ms(r.score.latency().quantile(0.999)), 280);
  EXPECT_GT(ms(r.score.latency().quantile(0.97)), 50);
  EXPECT_LT(ms(r.score.latency().quantile(0.5)), 0.1);
  // The windows' median is what the server does while it runs.
  EXPECT_LT(ms(r.score.window_p99().quantile(0.5)), 0.2);
  EXPECT_EQ(r.score.count(Outcome::answered), r.score.requests());
}

TEST(Generator, AClosedLoopSeesTheSamePauseOnceAConnection) {
  SimulatedServer server({.service = 100us, .pause_from = 2s, .pause_to = 2300ms});
  const Finished r = run(settings_for(server, std::nullopt, 4s, 8), server);
  EXPECT_LE(r.score.latency().count_between(100'000'000, 1'000'000'000), 8u);
}

TEST(Generator, ClosedLoopKeepsOneRequestInFlightAConnection) {
  SimulatedServer server({.service = 1ms});
  const Finished r = run(settings_for(server, std::nullopt, 1s, 16), server);
  EXPECT_EQ(server.most_in_flight(), 16u);
  EXPECT_NEAR(static_cast<double>(r.score.requests()), 1000, 20);
  EXPECT_NEAR(ms(r.score.latency().quantile(0.5)), 16, 0.2);  // 16 waiting for one server
}

TEST(Generator, RequestsDueAndNeverAnsweredCountWithTheirAge) {
  SimulatedServer server({.pause_from = 1s, .pause_to = 100s});
  GeneratorSettings settings = settings_for(server, 1000, 2s, 4);
  settings.timeout = 10s;
  const Finished r = run(settings, server);
  // Half of the arrivals fall after the stop: all but 4 of those never left, and still count.
  EXPECT_NEAR(static_cast<double>(r.score.count(Outcome::unanswered)), 1000, 130);
  EXPECT_EQ(r.score.count(Outcome::answered) + r.score.count(Outcome::unanswered), r.score.requests());
  EXPECT_NEAR(ms(r.score.latency().max()), 2000, 20);  // due at 1 s, given up at 3 s
  EXPECT_NEAR(ms(r.score.latency().quantile(0.75)), 1500, 100);
  EXPECT_EQ(r.elapsed, 3s);
}

TEST(Generator, TimeoutsAreCountedAndTheConnectionIsReplaced) {
  SimulatedServer server({.never_answer = true});
  GeneratorSettings settings = settings_for(server, 100, 2s, 10);
  settings.timeout = 200ms;
  const Finished r = run(settings, server);
  EXPECT_EQ(r.score.count(Outcome::answered), 0u);
  EXPECT_EQ(r.score.count(Outcome::timeout) + r.score.count(Outcome::unanswered), r.score.requests());
  EXPECT_GT(r.score.count(Outcome::timeout), 150u);
  EXPECT_GE(ms(r.score.latency().quantile(0.1)), 199);
  EXPECT_LE(ms(r.score.latency().max()), 211);
  EXPECT_GT(server.connections_seen(), 50u);
}

TEST(Generator, ErrorsAreCountedByKindAndAreNoLatencies) {
  const auto answer = [](std::uint64_t n) -> std::string {
    switch (n % 5) {
      case 0: return SimulatedServer::plain_answer("404 Not Found");
      case 1: return SimulatedServer::plain_answer("503 Service Unavailable");
      case 2: return "this is not HTTP at all\r\n\r\n";
      case 3: return "";
      default: return SimulatedServer::plain_answer();
    }
  };
  SimulatedServer server({.service = 10us, .answer = answer});
  GeneratorSettings settings = settings_for(server, 1000, 10s, 4);
  settings.max_requests = 500;
  const Finished r = run(settings, server);
  EXPECT_EQ(r.score.requests(), 500u);
  EXPECT_EQ(r.score.count(Outcome::status_4xx), 100u);
  EXPECT_EQ(r.score.count(Outcome::status_5xx), 100u);
  EXPECT_EQ(r.score.count(Outcome::protocol), 100u);
  EXPECT_EQ(r.score.count(Outcome::reset), 100u);
  EXPECT_EQ(r.score.count(Outcome::answered), 100u);
  EXPECT_EQ(r.score.latency().count(), 100u);
  EXPECT_LT(r.elapsed, 1s);  // ends with the last request, not with the duration
}

TEST(Generator, BytesAfterTheAnswerAreAProtocolError) {
  SimulatedServer server({.service = 10us, .answer = [](auto) { return SimulatedServer::plain_answer() + "x"; }});
  GeneratorSettings settings = settings_for(server, std::nullopt, 10s, 1);
  settings.max_requests = 3;
  EXPECT_EQ(run(settings, server).score.count(Outcome::protocol), 3u);
}

TEST(Generator, AServerThatClosesEachConnectionIsServedByNewOnes) {
  SimulatedServer server({.service = 10us, .close_after_answer = true});
  GeneratorSettings settings = settings_for(server, 500, 1s, 4);
  Request request = testing::simple_request();
  request.keep_alive = false;
  settings.request = std::make_shared<const Request>(std::move(request));
  const Finished r = run(settings, server);
  EXPECT_GT(r.score.requests(), 400u);
  EXPECT_EQ(r.score.count(Outcome::answered), r.score.requests());
  EXPECT_EQ(server.connections_seen(), r.score.requests());
}

TEST(Generator, AServerThatHangsUpOnEverybodyDoesNotTrapIt) {
  SimulatedServer server({.answer = [](auto) { return std::string(); }});
  const Finished r = run(settings_for(server, std::nullopt, 1s, 2), server);
  EXPECT_EQ(r.score.count(Outcome::reset), r.score.requests());
  EXPECT_GE(r.score.requests(), 50u);
  EXPECT_LE(r.score.requests(), 202u);  // tried again at most every 10 ms a connection
}

TEST(Generator, NobodyListeningIsAConnectError) {
  SimulatedServer server({});
  GeneratorSettings settings = settings_for(server, 100, 1s, 4);
  settings.address = Address::unix_socket(::testing::TempDir() + "pelton-load-nobody");
  const Finished r = run(settings, server);
  EXPECT_GT(r.score.count(Outcome::connect), 10u);
  EXPECT_EQ(r.score.count(Outcome::answered), 0u);
  EXPECT_EQ(r.score.latency().count(), r.score.count(Outcome::unanswered));
}

TEST(Generator, SeveralMessagesGoOutInTurn) {
  SimulatedServer server({.service = 10us});
  GeneratorSettings settings = settings_for(server, std::nullopt, 10s, 2);
  Request request;
  request.messages = {"GET /0 HTTP/1.1\r\n\r\n", "GET /1 HTTP/1.1\r\n\r\n", "GET /2 HTTP/1.1\r\n\r\n"};
  settings.request = std::make_shared<const Request>(request);
  settings.first_message = 2;
  settings.max_requests = 7;
  EXPECT_EQ(run(settings, server).score.count(Outcome::answered), 7u);
  ASSERT_EQ(server.received().size(), 7u);
  for (std::size_t i = 0; i < 7; ++i) EXPECT_EQ(server.received()[i], request.messages[(2 + i) % 3]) << i;
}

TEST(Generator, TheSameSeedGivesTheSameRun) {
  const auto once = [](std::uint64_t seed) {
    SimulatedServer server({.service = 700us});
    GeneratorSettings settings = settings_for(server, 1000, 3s);
    settings.seed = seed;
    const Finished r = run(settings, server);
    return std::pair(r.score.requests(), r.score.latency().mean());
  };
  EXPECT_EQ(once(7), once(7));
  EXPECT_NE(once(7), once(8));
}

TEST(Generator, ALongRequestGoesOutInPieces) {
  // Larger than a unix socket's buffer, to a server that answers after the first piece it reads: the
  // answer must be taken although the request is not out, and the connection given up.
  SimulatedServer server({.service = 1ms});
  GeneratorSettings settings = settings_for(server, std::nullopt, 10s, 1);
  Request request = testing::simple_request();
  request.messages.front().append(4 * 1024 * 1024, 'x');
  settings.request = std::make_shared<const Request>(std::move(request));
  settings.max_requests = 3;
  const Finished r = run(settings, server);
  EXPECT_EQ(r.score.requests(), 3u);
  EXPECT_GE(server.connections_seen(), 2u);
}

TEST(Generator, ProgressIsToldUpToTheEnd) {
  SimulatedServer server({.service = 10us});
  GeneratorSettings settings = settings_for(server, 100, 1s, 1);
  std::vector<double> shares;
  settings.progress = [&](double share) { shares.push_back(share); };
  run(settings, server);
  ASSERT_GT(shares.size(), 50u);
  EXPECT_TRUE(std::is_sorted(shares.begin(), shares.end()));
  EXPECT_EQ(shares.front(), 0.0);
  EXPECT_GT(shares.back(), 0.97);
}

}  // namespace
}  // namespace pelton::load
