#include "http/server.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include "core/processors.hpp"
#include "harness.hpp"

namespace pelton::http::test {
namespace {

namespace fs = std::filesystem;

std::string socket_path(const char* name) {
  return (fs::temp_directory_path() / ("pelton_" + std::to_string(::getpid()) + "_" + name)).string();
}

/// Whether the kernel has the thread down as sleeping (proc(5): the state stands behind the name in brackets).
bool sleeps(const fs::path& thread) {
  std::ifstream file(thread / "stat");
  std::string text;
  std::getline(file, text);
  const std::size_t name_end = text.rfind(')');
  return name_end == text.npos || text.substr(name_end + 1, 2) == " S";
}

/// Until all threads of this process but the caller's sleep.
void wait_until_others_sleep() {
  const std::string self = std::to_string(::gettid());
  const auto awake = [&self] {
    for (const auto& thread : fs::directory_iterator("/proc/self/task")) {
      if (thread.path().filename() != self && !sleeps(thread.path())) return true;
    }
    return false;
  };
  while (awake()) std::this_thread::yield();
}

TEST(Server, ListensOnSeveralEndpoints) {
  ServerSettings settings = one_thread();
  const std::string path = socket_path("several");
  settings.endpoints = {Endpoint{}, Endpoint{.host = "::1"}, Endpoint{.unix_path = path},
                        Endpoint{.host = "localhost"}};
  {
    TestServer server(settings);
    const std::vector<std::string> addresses = server.server->addresses();
    ASSERT_EQ(addresses.size(), 4U);
    EXPECT_EQ(addresses[0], "http://127.0.0.1:" + std::to_string(server.port(0)));
    EXPECT_EQ(addresses[1], "http://[::1]:" + std::to_string(server.port(1)));
    EXPECT_EQ(addresses[2], "unix:" + path);
    EXPECT_EQ(server.port(2), 0U);
    EXPECT_EQ(Client(server.port(0)).get("/peer").body, "127.0.0.1");
    EXPECT_EQ(Client(server.port(1), "::1").get("/peer").body, "::1");
    EXPECT_EQ(Client(path).get("/peer").body, "unix");
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST(Server, BindsEachThreadToAProcessorOfItsOwnIfAsked) {
  const std::vector<int> all = core::bound_processors();
  ServerSettings settings = one_thread();
  settings.threads = all.size();
  settings.pin = true;
  CountingObserver observer;
  test::Shared shared;
  std::mutex mutex;
  std::vector<int> bound;
  const auto factory = [&](core::EventLoop& loop) {
    const std::lock_guard lock(mutex);
    for (const int processor : core::bound_processors()) bound.push_back(processor);
    return std::make_unique<TestService>(shared, loop);
  };
  Server server(settings, core::SteadyClock::instance(), factory, observer);
  ASSERT_TRUE(server.start());
  std::sort(bound.begin(), bound.end());
  EXPECT_EQ(bound, all);
  EXPECT_EQ(core::bound_processors(), all) << "the caller's thread is bound to none";
}

TEST(Server, WhatWakesALoopHasNotLainUnreadWhileItSlept) {
  core::ManualClock clock;
  TestServer server(one_thread(), clock);
  Client client(server.port());
  client.get("/lay");
  int rightly = 0;
  for (int i = 0; i < 20; ++i) {
    wait_until_others_sleep();
    clock.advance(std::chrono::seconds(10));
    if (client.get("/lay").body == "0") ++rightly;
  }
  // Once in a while it has just woken to look at its deadlines.
  EXPECT_GE(rightly, 10);
}

TEST(Server, ReplacesAStaleSocketFileAndNothingElse) {
  const std::string path = socket_path("stale");
  {
    UniqueFd dead(::socket(AF_UNIX, SOCK_STREAM, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    ASSERT_EQ(::bind(dead.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  }
  ASSERT_TRUE(fs::exists(path));
  ServerSettings settings = one_thread();
  settings.endpoints = {Endpoint{.unix_path = path}};
  TestServer server(settings);
  EXPECT_EQ(Client(path).get("/hello").status, 200);

  CountingObserver observer;
  const auto start = [&](const std::string& at) {
    ServerSettings other = one_thread();
    other.endpoints = {Endpoint{.unix_path = at}};
    Server second(other, core::SteadyClock::instance(), {}, observer);
    return second.start();
  };
  const auto in_use = start(path);
  ASSERT_FALSE(in_use);
  EXPECT_THAT(in_use.error().message(), testing::HasSubstr(path));
  EXPECT_EQ(Client(path).get("/hello").status, 200);

  const std::string file = socket_path("file");
  std::ofstream(file) << "mine";
  EXPECT_FALSE(start(file));
  EXPECT_TRUE(fs::exists(file));
  fs::remove(file);
  EXPECT_FALSE(start(std::string(200, 'x')));
}

TEST(Server, TakesASocketThatSomebodyOpened) {
  UniqueFd socket(::socket(AF_INET, SOCK_STREAM, 0));
  ASSERT_EQ(::listen(socket.get(), 16), 0);
  ServerSettings settings = one_thread();
  settings.endpoints = {Endpoint{.inherited_fd = socket.get()}};
  TestServer server(settings);
  (void)socket.release();
  EXPECT_EQ(Client(server.port()).get("/hello").status, 200);

  UniqueFd deaf(::socket(AF_INET, SOCK_STREAM, 0));
  settings.endpoints = {Endpoint{.inherited_fd = deaf.get()}};
  CountingObserver observer;
  Server second(settings, core::SteadyClock::instance(), {}, observer);
  EXPECT_THAT(second.start().error().message(), testing::HasSubstr("not a listening socket"));
}

TEST(Server, NamesTheEndpointItCannotBind) {
  TestServer first(one_thread());
  CountingObserver observer;
  ServerSettings settings = one_thread();
  settings.endpoints[0].port = first.port();
  Server second(settings, core::SteadyClock::instance(), {}, observer);
  const auto taken = second.start();
  ASSERT_FALSE(taken);
  EXPECT_THAT(taken.error().message(), testing::HasSubstr("127.0.0.1:" + std::to_string(first.port())));

  settings.endpoints[0] = {.host = "no.such.host.invalid"};
  Server third(settings, core::SteadyClock::instance(), {}, observer);
  EXPECT_THAT(third.start().error().message(), testing::HasSubstr("no.such.host.invalid"));
}

TEST(Server, ReportsAServiceThatCannotBeMade) {
  CountingObserver observer;
  ServerSettings settings;
  settings.threads = 3;
  Server server(
      settings, core::SteadyClock::instance(),
      [](core::EventLoop&) -> std::unique_ptr<Service> { throw std::runtime_error("no room"); }, observer);
  const auto started = server.start();
  ASSERT_FALSE(started);
  EXPECT_THAT(started.error().message(), testing::HasSubstr("no room"));
}

TEST(Server, ServesAThousandConnectionsAtOnce) {
  ServerSettings settings;
  settings.threads = 3;
  TestServer server(settings);
  std::vector<Client> clients;
  for (int i = 0; i < 1000; ++i) {
    clients.emplace_back(server.port());
    ASSERT_TRUE(clients.back().connected());
  }
  for (int round = 0; round < 3; ++round) {
    for (Client& client : clients) ASSERT_TRUE(client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"));
    for (Client& client : clients) ASSERT_EQ(client.read_reply().status, 200);
  }
  EXPECT_EQ(server.shared.requests, 3000U);
}

TEST(Server, PausesAtTheConnectionLimitAndGoesOn) {
  ServerSettings settings;
  settings.threads = 2;
  settings.limits.connections = 3;
  TestServer server(settings);
  std::vector<Client> inside;
  for (int i = 0; i < 3; ++i) {
    inside.emplace_back(server.port());
    ASSERT_EQ(inside.back().get("/hello").status, 200);
  }
  Client waiting(server.port());
  ASSERT_TRUE(waiting.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"));
  ASSERT_TRUE(eventually([&] { return server.observer.refusals("limit") >= 1; }));
  EXPECT_EQ(inside[0].get("/hello").status, 200);
  EXPECT_EQ(server.observer.opens, 3U);
  inside.pop_back();
  EXPECT_EQ(waiting.read_reply().status, 200);
}

TEST(Server, LimitsConnectionsOfOneAddress) {
  ServerSettings settings = one_thread();
  settings.endpoints.push_back({.host = "::1"});
  settings.limits.connections_per_address = 2;
  TestServer server(settings);
  Client first(server.port());
  Client other_address(server.port(1), "::1");
  {
    Client second(server.port());
    ASSERT_EQ(first.get("/hello").status, 200);
    ASSERT_EQ(second.get("/hello").status, 200);
    Client third(server.port());
    EXPECT_EQ(third.read_all(), "");
    EXPECT_EQ(server.observer.refusals("address_limit"), 1U);
  }
  EXPECT_EQ(other_address.get("/hello").status, 200);
  ASSERT_TRUE(eventually([&] { return server.observer.closes == 1; }));
  EXPECT_EQ(Client(server.port()).get("/hello").status, 200);
}

TEST(Server, OutlivesRunningOutOfDescriptors) {
  TestServer server(one_thread());
  Client before(server.port());
  ASSERT_EQ(before.get("/hello").status, 200);
  Client late(server.port());  // its descriptor exists; the server's end of it will not
  ASSERT_EQ(late.get("/hello").status, 200);

  std::vector<Client> waiting;
  std::vector<UniqueFd> hoard;
  rlimit old{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &old), 0);
  // Sockets to connect with, made while there still are descriptors, and then none are left.
  UniqueFd probe(::dup(0));
  rlimit tight = old;
  tight.rlim_cur = static_cast<rlim_t>(probe.get()) + 8;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &tight), 0);
  for (;;) {
    UniqueFd fd(::dup(0));
    if (!fd) break;
    hoard.push_back(std::move(fd));
  }
  hoard.pop_back();
  Client client(server.port());  // takes the last one, so accepting finds none
  ASSERT_TRUE(client.connected());
  ASSERT_TRUE(client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"));
  EXPECT_TRUE(eventually([&] { return server.observer.refusals("descriptors") >= 1; }));
  EXPECT_EQ(before.get("/hello").status, 200);
  hoard.clear();
  EXPECT_EQ(client.read_reply().status, 200);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &old), 0);
}

}  // namespace
}  // namespace pelton::http::test
