// The program under a service manager's protocols: sd_notify(3) and sd_listen_fds(3), over real sockets.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "support/http_client.hpp"
#include "support/process.hpp"
#include "support/temporary_folder.hpp"

namespace pelton {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::StartsWith;

const std::string kRoot = PELTON_SOURCE_DIR;
const std::string kQuickstart = kRoot + "/configs/quickstart.toml";

/// Where a service manager hears how its services are.
class NotifySocket {
 public:
  /// As NOTIFY_SOCKET names it: a path, or '@' and an abstract name.
  explicit NotifySocket(const std::string& name) : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name.data(), name.size());
    if (name.front() == '@') address.sun_path[0] = '\0';
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    EXPECT_EQ(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), size), 0);
    const timeval patience{.tv_sec = 60, .tv_usec = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }
  ~NotifySocket() { ::close(socket_); }
  NotifySocket(const NotifySocket&) = delete;
  NotifySocket& operator=(const NotifySocket&) = delete;

  std::string next() const {
    char text[512];
    const ssize_t n = ::recv(socket_, text, sizeof text, 0);
    return n > 0 ? std::string(text, static_cast<std::size_t>(n)) : "nothing came";
  }

 private:
  int socket_;
};

class ServiceManager : public testing::TestWithParam<bool> {
 protected:
  std::vector<std::string> command(const std::vector<std::string>& further = {}) const {
    std::vector<std::string> arguments{PELTON_BINARY, "serve", "--config", kQuickstart};
    if (GetParam()) arguments.emplace_back("--sandbox");
    arguments.insert(arguments.end(), further.begin(), further.end());
    return arguments;
  }
  const std::vector<std::string> environment{"ASAN_OPTIONS=detect_leaks=0"};
  test::TemporaryFolder folder;
};

TEST_P(ServiceManager, IsToldOfReadinessReloadsAndTheEnd) {
  for (const std::string& name :
       {(folder.path() / "notify").string(), "@pelton-test-" + folder.path().filename().string()}) {
    const NotifySocket manager(name);
    test::Process server(command({"--port", "0"}), {"NOTIFY_SOCKET=" + name, environment.front()});
    EXPECT_EQ(manager.next(), "READY=1");
    EXPECT_THAT(server.line(), StartsWith("listening on")) << "and then it listens already";
    server.signal(SIGHUP);
    EXPECT_THAT(manager.next(), MatchesRegex("RELOADING=1\nMONOTONIC_USEC=[0-9]+"));
    EXPECT_EQ(manager.next(), "READY=1");
    server.signal(SIGTERM);
    EXPECT_EQ(manager.next(), "STOPPING=1");
    EXPECT_EQ(server.wait(), 0);
  }
}

TEST_P(ServiceManager, HandsOverSocketsThatOutliveTheServer) {
  const int tcp = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(::bind(tcp, reinterpret_cast<const sockaddr*>(&address), size), 0);
  ASSERT_EQ(::listen(tcp, 16), 0);
  ASSERT_EQ(::getsockname(tcp, reinterpret_cast<sockaddr*>(&address), &size), 0);
  const std::uint16_t port = ntohs(address.sin_port);

  const std::string path = (folder.path() / "p.sock").string();
  const int local = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  std::memcpy(name.sun_path, path.data(), path.size());
  ASSERT_EQ(::bind(local, reinterpret_cast<const sockaddr*>(&name), sizeof name), 0);
  ASSERT_EQ(::listen(local, 16), 0);

  // A client comes before the server does: it waits in the socket.
  test::HttpClient early(port);
  early.send(test::HttpClient::request("POST", "/predict", "", R"({"x":[2,3]})"));
  std::ofstream(folder.path() / "s.toml")
      << "[[model]]\nname = \"m\"\nfit = { data = \"" << kRoot << "/configs/quickstart.csv\", target = \"y\" }\n";
  std::vector<std::string> arguments = command();
  arguments[3] = (folder.path() / "s.toml").string();  // names no address of its own
  // LISTEN_PID is the process's own number, which only a process itself knows before it becomes the server.
  arguments.insert(arguments.begin(), {"/bin/sh", "-c", "LISTEN_PID=$$ LISTEN_FDS=2 exec \"$0\" \"$@\""});
  for (int round = 0; round < 2; ++round) {
    test::Process server(arguments, environment, {tcp, local});
    EXPECT_EQ(server.line(), "listening on http://127.0.0.1:" + std::to_string(port));
    EXPECT_EQ(server.line(), "listening on unix:" + path);
    if (round == 0) {
      EXPECT_EQ(early.receive().body, R"({"result":2.0})");
    }
    EXPECT_EQ(test::HttpClient(port).post("/predict", R"({"x":[2,3]})").body, R"({"result":2.0})");
    EXPECT_THAT(test::Process({PELTON_CURL, "-s", "--unix-socket", path, "http://a/readyz"}).rest_of_stdout(),
                HasSubstr("ready"));
    server.signal(SIGTERM);
    EXPECT_EQ(server.wait(), 0);
    EXPECT_EQ(::access(path.c_str(), F_OK), 0) << "it is not the server's to remove";
  }
  ::close(tcp);
  ::close(local);
}

TEST_P(ServiceManager, SocketsMeantForAnotherProcessAreLeftAlone) {
  std::vector<std::string> arguments = command({"--port", "0"});
  test::Process server(arguments, {"LISTEN_PID=1", "LISTEN_FDS=1", environment.front()});
  EXPECT_THAT(server.line(), StartsWith("listening on http://127.0.0.1:"));
}

INSTANTIATE_TEST_SUITE_P(Sandbox, ServiceManager, testing::Bool(),
                         [](const auto& param) { return param.param ? "on" : "off"; });

struct Ran {
  int code;
  std::string out;
  std::string err;
};

Ran run(const std::vector<std::string>& arguments) {
  test::Process process(arguments);
  std::string out = process.rest_of_stdout();
  std::string err = process.rest_of_stderr();
  return {process.wait(), std::move(out), std::move(err)};
}

/// The units of configs/systemd, with the program that was built, as systemd's own tools see them.
class SystemdUnits : public testing::Test {
 protected:
  SystemdUnits() {
    for (const char* unit : {"pelton.service", "pelton.socket"}) {
      std::ifstream in(kRoot + "/configs/systemd/" + unit);
      std::string text{std::istreambuf_iterator<char>(in), {}};
      if (const std::size_t at = text.find("ExecStart=pelton "); at != std::string::npos) {
        text.replace(at, 16, std::string("ExecStart=") + PELTON_BINARY);
      }
      std::ofstream(folder.path() / unit) << text;
    }
  }
  std::string unit(const std::string& name) const { return (folder.path() / name).string(); }
  test::TemporaryFolder folder;
};

TEST_F(SystemdUnits, AreUnderstood) {
  const Ran verified = run({PELTON_SYSTEMD_ANALYZE, "verify", unit("pelton.service"), unit("pelton.socket")});
  EXPECT_EQ(verified.code, 0);
  EXPECT_EQ(verified.out + verified.err, "");
}

TEST_F(SystemdUnits, LeaveLittleExposed) {
  // A threshold of 20 is an exposure of 2.0 of 10; systemd calls below 2.5 "OK", and most services it knows are
  // above 9.
  const Ran analysed =
      run({PELTON_SYSTEMD_ANALYZE, "security", "--offline=true", "--threshold=20", unit("pelton.service")});
  EXPECT_EQ(analysed.code, 0) << analysed.out << analysed.err;
}

}  // namespace
}  // namespace pelton
