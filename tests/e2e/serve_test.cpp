// The program itself: started as a user starts it, asked over sockets, stopped by signals.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "listening.hpp"
#include "support/http_client.hpp"
#include "support/process.hpp"
#include "support/temporary_folder.hpp"

namespace pelton {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

const std::string kRoot = PELTON_SOURCE_DIR;
const std::string kQuickstart = kRoot + "/configs/quickstart.toml";

test::Process pelton(std::vector<std::string> arguments, const std::vector<std::string>& environment = {}) {
  arguments.insert(arguments.begin(), PELTON_BINARY);
  return test::Process(std::move(arguments), environment);
}

int run(std::vector<std::string> arguments, std::string& out, std::string& err,
        const std::vector<std::string>& environment = {}) {
  test::Process process = pelton(std::move(arguments), environment);
  out = process.rest_of_stdout();
  err = process.rest_of_stderr();
  return process.wait();
}

TEST(Serve, AnswersTheArticlesRequestExactly) {
  test::Process server = pelton({"serve", "--config", kQuickstart, "--port", "0"});
  test::HttpClient client(port_of(server));
  EXPECT_EQ(client.get("/readyz").status, 200);
  EXPECT_EQ(client.post("/predict", R"({"x":[2,3]})").body, R"({"result":2.0})");
  EXPECT_EQ(client.post("/predict/article", R"({"x":{"x1":2,"x2":3}})").body, R"({"result":2.0})");
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait(), 0);
}

TEST(Serve, ThePostmanCollectionInTheDocsIsTheQuickstarts) {
  test::Process server = pelton({"serve", "--config", kQuickstart, "--port", "0"});
  test::HttpClient client(port_of(server));
  // As the quickstart is asked: its address is part of the collection.
  client.send("GET /postman.json HTTP/1.1\r\nHost: 127.0.0.1:5000\r\n\r\n");
  std::ifstream file(kRoot + "/docs/postman.json");
  const std::string committed{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(client.receive().body, committed) << "curl -o docs/postman.json http://127.0.0.1:5000/postman.json";
}

TEST(Serve, TheArticlesAnswerIsTheSameOnEveryInstructionSet) {
  for (const char* isa : {"scalar", "avx2", "avx512"}) {
    std::string out;
    std::string err;
    test::Process server =
        pelton({"serve", "--config", kQuickstart, "--port", "0"}, {std::string("PELTON_ISA=") + isa});
    std::uint16_t port = 0;
    try {
      port = port_of(server);
    } catch (const std::runtime_error& failure) {
      ASSERT_THAT(failure.what(), HasSubstr("this processor has at most")) << isa;
      continue;
    }
    EXPECT_EQ(test::HttpClient(port).post("/predict", R"({"x":[[2,3],[0.1,0.7]]})").body,
              R"({"result":[2.0,-0.10000000000000003]})")
        << isa;
  }
}

TEST(Serve, TakesSettingsFromFlagsBeforeTheEnvironmentBeforeTheFile) {
  test::TemporaryFolder folder;
  const std::string socket = (folder.path() / "p.sock").string();
  test::Process server =
      pelton({"serve", "--config", kQuickstart, "--port", "0"}, {"PELTON_SERVER_PORT=1", "PELTON_LIMITS_ROWS=1"});
  test::HttpClient client(port_of(server));
  EXPECT_EQ(client.post("/predict", R"({"x":[[2,3],[4,5]]})").status, 413) << "the environment's limit of rows holds";
}

TEST(Serve, ListensOnAUnixSocketAgainAfterBeingKilled) {
  test::TemporaryFolder folder;
  const std::string socket = (folder.path() / "p.sock").string();
  for (int i = 0; i < 2; ++i) {
    test::Process server = pelton({"serve", "--config", kQuickstart, "--unix", socket});
    std::string line = server.line();
    while (line.find("unix:") == std::string::npos && !line.empty()) line = server.line();
    EXPECT_THAT(line, HasSubstr(socket));
    std::string out;
    std::string err;
    EXPECT_EQ(run({"bench", "unix:" + socket, "--duration", "0.2", "--connections", "2", "--json"}, out, err), 0)
        << err;
    EXPECT_THAT(out, HasSubstr("\"achieved_rps\""));
    server.signal(SIGKILL);
    EXPECT_EQ(server.wait(), 128 + SIGKILL);
  }
}

TEST(Serve, SighupReloadsAndABrokenFileKeepsTheOldModel) {
  test::TemporaryFolder folder;
  const auto csv = folder.path() / "d.csv";
  const auto toml = folder.path() / "s.toml";
  std::ofstream(csv) << "a,y\n0,1\n1,3\n";
  std::ofstream(toml) << "[[model]]\nname = \"m\"\nfit = { data = \"d.csv\", target = \"y\" }\n";
  test::Process server = pelton({"serve", "--config", toml.string(), "--port", "0"});
  test::HttpClient client(port_of(server));
  EXPECT_EQ(client.post("/predict", R"({"x":[2]})").body, R"({"result":5.0})");
  const auto answer_becomes = [&](const std::string& expected) {
    for (int i = 0; i < 20'000; ++i) {
      if (client.post("/predict", R"({"x":[2]})").body == expected) return true;
    }
    return false;
  };
  std::ofstream(csv) << "a,y\n0,10\n1,30\n";
  server.signal(SIGHUP);
  EXPECT_TRUE(answer_becomes(R"({"result":50.0})"));
  std::ofstream(csv) << "nonsense";
  server.signal(SIGHUP);
  for (int i = 0; i < 200; ++i) ASSERT_EQ(client.post("/predict", R"({"x":[2]})").body, R"({"result":50.0})");
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait(), 0);
  EXPECT_THAT(server.rest_of_stderr(), HasSubstr("the version that was serving stays"));
}

TEST(Serve, SigtermUnderLoadLosesNoAcceptedRequest) {
  for (int round = 0; round < 5; ++round) {
    test::Process server = pelton({"serve", "--config", kQuickstart, "--port", "0", "--threads", "2"});
    const std::uint16_t port = port_of(server);
    std::atomic<int> answers{0};
    std::atomic<int> cut{0};
    std::vector<std::thread> clients;
    for (int i = 0; i < 4; ++i) {
      clients.emplace_back([&] {
        bool closing = false;
        try {
          test::HttpClient client(port);
          while (!closing) {
            const test::Reply reply = client.post("/predict", R"({"x":[2,3]})");
            if (reply.status != 200 || reply.body != R"({"result":2.0})") ++cut;
            closing = reply.header("Connection") == "close";
            ++answers;
          }
        } catch (const std::runtime_error&) {
          // Closed between requests; a reply that began and broke off would have thrown after its head.
        }
      });
    }
    while (answers.load() < 100) std::this_thread::yield();
    server.signal(SIGTERM);
    EXPECT_EQ(server.wait(), 0);
    for (std::thread& client : clients) client.join();
    EXPECT_EQ(cut.load(), 0);
  }
}

TEST(Serve, RefusesToBeOpenToEverybodyUnlessTold) {
  std::string out;
  std::string err;
  EXPECT_EQ(run({"serve", "--config", kQuickstart, "--host", "0.0.0.0"}, out, err), 2);
  EXPECT_THAT(err, HasSubstr("--insecure"));
}

TEST(Serve, SaysWhatIsWrongAndExits) {
  const auto outcome = [](std::vector<std::string> arguments) {
    std::string out;
    std::string err;
    const int code = run(std::move(arguments), out, err);
    return std::to_string(code) + " " + err;
  };
  EXPECT_THAT(outcome({"serve"}), AllOf(StartsWith("2 "), HasSubstr("nothing to serve")));
  EXPECT_THAT(outcome({"serve", "--prot", "80"}), AllOf(StartsWith("2 "), HasSubstr("did you mean \"--port\"?")));
  EXPECT_THAT(outcome({"srve"}), AllOf(StartsWith("2 "), HasSubstr("did you mean \"serve\"?")));
  EXPECT_THAT(outcome({}), AllOf(StartsWith("2 "), HasSubstr("serve")));
  EXPECT_THAT(outcome({"serve", "--port", "eighty", "x.onnx"}), AllOf(StartsWith("2 "), HasSubstr("--port")));
  EXPECT_THAT(outcome({"serve", "/nowhere/x.onnx"}), AllOf(StartsWith("1 "), HasSubstr("/nowhere/x.onnx")));
  EXPECT_THAT(outcome({"serve", kRoot + "/README.md"}), AllOf(StartsWith("1 "), HasSubstr("README.md")));
  EXPECT_THAT(outcome({"serve", "--config", "/nowhere.toml"}), AllOf(StartsWith("2 "), HasSubstr("/nowhere.toml")));
}

TEST(CommandLine, EveryVerbHasHelpWithAnExampleAndAVersion) {
  for (const char* verb : {"serve", "fit", "inspect", "predict", "verify", "bench", "config"}) {
    std::string out;
    std::string err;
    EXPECT_EQ(run({verb, "--help"}, out, err), 0) << verb;
    EXPECT_THAT(out, HasSubstr("Example: pelton")) << verb;
    EXPECT_EQ(run({verb, "--version"}, out, err), 0) << verb;
    EXPECT_THAT(out, StartsWith("pelton ")) << verb;
  }
}

TEST(CommandLine, FitsInspectsAndServesAModelFile) {
  test::TemporaryFolder folder;
  const std::string onnx = (folder.path() / "line.onnx").string();
  std::string out;
  std::string err;
  ASSERT_EQ(run({"fit", kRoot + "/configs/quickstart.csv", "--target", "y", "--kind", "linear", "-o", onnx}, out, err),
            0)
      << err;
  ASSERT_EQ(run({"inspect", onnx}, out, err), 0) << err;
  EXPECT_THAT(out, AllOf(HasSubstr("x1"), HasSubstr("x2"), HasSubstr("predict")));
  ASSERT_EQ(run({"inspect", onnx, "--json"}, out, err), 0) << err;
  EXPECT_THAT(out, StartsWith("{"));
  test::Process server = pelton({"serve", "line=" + onnx, "--port", "0"});
  EXPECT_EQ(test::HttpClient(port_of(server)).post("/predict", R"({"x":[2,3]})").body, R"({"result":2.0})");
}

}  // namespace
}  // namespace pelton
