#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "app/command_line.hpp"
#include "load/socket.hpp"

namespace pelton::app {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

struct Ran {
  int code;
  std::string out;
  std::string err;
};

Ran run(std::vector<std::string> words) {
  words.insert(words.begin(), {"pelton", "bench"});
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  const int code = run_command_line(static_cast<int>(argv.size()), argv.data());
  std::fflush(stdout);
  return {code, ::testing::internal::GetCapturedStdout(), ::testing::internal::GetCapturedStderr()};
}

/// Answers `status` to whatever comes, on two connections one after another (the first only sees whether
/// anybody is there), and keeps what it was sent.
class OneAnswerServer {
 public:
  explicit OneAnswerServer(std::string status) : listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    EXPECT_EQ(::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(listener_.get(), 8), 0);
    ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size);
    url_ = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    thread_ = std::jthread([this, answer = "HTTP/1.1 " + status + "\r\nContent-Length: 0\r\n\r\n"] {
      for (int i = 0; i < 2; ++i) {
        const load::FileDescriptor connection(::accept(listener_.get(), nullptr, nullptr));
        char buffer[4096];
        for (ssize_t n = 0; (n = ::recv(connection.get(), buffer, sizeof(buffer), 0)) > 0;) {
          received_.append(buffer, static_cast<std::size_t>(n));
          ::send(connection.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
        }
      }
    });
  }

  const std::string& url() const { return url_; }
  /// All that came; waits until both connections are over.
  const std::string& received() {
    if (thread_.joinable()) thread_.join();
    return received_;
  }

 private:
  load::FileDescriptor listener_;
  std::string url_;
  std::string received_;
  std::jthread thread_;
};

TEST(BenchCommand, ReportsAsJson) {
  OneAnswerServer server("200 OK");
  const Ran r = run({server.url(), "--connections", "1", "--requests", "20", "--duration", "20", "--json"});
  EXPECT_EQ(r.code, kDone) << r.err;
  EXPECT_THAT(r.out, StartsWith(R"({"mode":"closed","connections":1,"offered_rps":)"));
  EXPECT_THAT(r.out, HasSubstr(R"("requests":20,"errors":{"connect":0)"));
  EXPECT_THAT(server.received(), StartsWith("POST /predict HTTP/1.1\r\n"));
}

TEST(BenchCommand, OffersStepsAndListsWindows) {
  OneAnswerServer server("200 OK");
  const Ran r = run({server.url(), "--connections", "1", "--steps", "200:0.1,100:0.1", "--objective", "60000",
                     "--windows", "--json"});
  EXPECT_EQ(r.code, kDone) << r.err;
  EXPECT_THAT(r.out, StartsWith(R"({"mode":"open","connections":1,"offered_rps":150.0,)"));
  EXPECT_THAT(r.out, HasSubstr(R"("list":[{"from_s":0.0,"answered":)"));
  EXPECT_THAT(r.out, HasSubstr(R"("objective":{"ms":60000.0,"answered_in_time":)"));
  server.received();
}

TEST(BenchCommand, SendsTheBodyMethodAndHeadersAskedFor) {
  const std::string file = ::testing::TempDir() + "pelton-bench-body-" + std::to_string(::getpid());
  std::ofstream(file) << "1,2,3";
  OneAnswerServer server("200 OK");
  const Ran r = run({server.url() + "/x", "--connections", "1", "--requests", "1", "--method", "PUT", "--body", file,
                     "--header", "Content-Type: text/csv", "--header", "X-A: b"});
  ::unlink(file.c_str());
  EXPECT_EQ(r.code, kDone) << r.err;
  EXPECT_THAT(r.out, HasSubstr("1 answered"));
  const std::string& received = server.received();
  EXPECT_THAT(received, StartsWith("PUT /x HTTP/1.1\r\n"));
  EXPECT_THAT(received, HasSubstr("Content-Type: text/csv\r\nX-A: b\r\nContent-Length: 5\r\n\r\n1,2,3"));
}

TEST(BenchCommand, SendsTheLinesOfAFileInTurn) {
  const std::string file = ::testing::TempDir() + "pelton-bench-bodies-" + std::to_string(::getpid());
  std::ofstream(file) << "{\"x\":[1,2]}\n\n{\"x\":[3]}\n";
  OneAnswerServer server("200 OK");
  const Ran r = run({server.url(), "--connections", "1", "--requests", "3", "--bodies", file});
  EXPECT_EQ(r.code, kDone) << r.err;
  const std::string& received = server.received();
  const std::size_t first = received.find("Content-Length: 11\r\n\r\n{\"x\":[1,2]}");
  const std::size_t second = received.find("Content-Length: 9\r\n\r\n{\"x\":[3]}");
  ASSERT_NE(first, std::string::npos);
  ASSERT_NE(second, std::string::npos);
  EXPECT_LT(first, second);
  EXPECT_NE(received.find("{\"x\":[1,2]}", second), std::string::npos);
  std::ofstream(file) << "\n \n";
  EXPECT_THAT(run({"http://127.0.0.1:1", "--bodies", file}).err, HasSubstr("no line holds a body"));
  ::unlink(file.c_str());
}

TEST(BenchCommand, ComparesTwoServersInTurns) {
  OneAnswerServer first("200 OK");
  OneAnswerServer second("200 OK");
  const Ran r = run({first.url(), "--against", second.url(), "--rounds", "1", "--connections", "1", "--requests", "20",
                     "--duration", "20", "--chart"});
  EXPECT_EQ(r.code, kDone) << r.err;
  EXPECT_THAT(r.out, HasSubstr("A  " + first.url()));
  EXPECT_THAT(r.out, HasSubstr("B/A"));
  EXPECT_THAT(r.out, HasSubstr("█"));
  EXPECT_THAT(first.received(), StartsWith("POST /predict HTTP/1.1\r\n"));
  EXPECT_EQ(first.received().size(), second.received().size()) << "both were sent the same";
}

TEST(BenchCommand, AComparisonInWhichOneNeverAnswersFails) {
  OneAnswerServer good("200 OK");
  OneAnswerServer bad("500 Oh");
  const Ran r = run({good.url(), "--against", bad.url(), "--rounds", "1", "--connections", "1", "--requests", "2",
                     "--duration", "20", "--json"});
  EXPECT_EQ(r.code, kFailed);
  EXPECT_THAT(r.err, HasSubstr(bad.url() + " answered no request"));
  EXPECT_THAT(r.out, HasSubstr(R"("status_5xx":2)"));
  EXPECT_THAT(r.out, HasSubstr(R"("second_over_first":{)"));
}

TEST(BenchCommand, GetHasNoBody) {
  OneAnswerServer server("200 OK");
  EXPECT_EQ(run({server.url(), "--connections", "1", "--requests", "1", "--method", "GET"}).code, kDone);
  EXPECT_THAT(server.received(), ::testing::Not(HasSubstr("Content-Length")));
}

TEST(BenchCommand, ARunWithoutAGoodAnswerFails) {
  OneAnswerServer server("404 Not Found");
  const Ran r = run({server.url(), "--connections", "1", "--requests", "3", "--json"});
  EXPECT_EQ(r.code, kFailed);
  EXPECT_THAT(r.out, HasSubstr(R"("status_4xx":3)"));
  EXPECT_THAT(r.err, HasSubstr("no request was answered"));
  server.received();
}

TEST(BenchCommand, UsageErrorsGiveTwoAndFailuresOne) {
  const std::tuple<std::vector<std::string>, int, const char*> cases[] = {
      {{}, kUsage, "target is required"},
      {{"http://127.0.0.1:1", "--rate", "fast"}, kUsage, "--rate"},
      {{"http://127.0.0.1:1", "--rat", "5"}, kUsage, "did you mean \"--rate\""},
      {{"http://127.0.0.1:1", "--rate", "0"}, kUsage, "rate: above 0"},
      {{"http://127.0.0.1:1", "--duration", "-1"}, kUsage, "--duration"},
      {{"http://127.0.0.1:1", "--timeout", "nan"}, kUsage, "--timeout"},
      {{"http://127.0.0.1:1", "--search-slo", "0"}, kUsage, "--search-slo"},
      {{"http://127.0.0.1:1", "--steps", "5:1,x:2"}, kUsage, "--steps: \"x:2\" is no RATE:SECONDS"},
      {{"http://127.0.0.1:1", "--steps", "5:1", "--rate", "5"}, kUsage, "--rate does not go with them"},
      {{"http://127.0.0.1:1", "--steps", "5:1", "--duration", "5"}, kUsage, "--duration does not go with them"},
      {{"http://127.0.0.1:1", "--steps", "5:1", "--search-slo", "5"}, kUsage, "--search-slo does not go with them"},
      {{"http://127.0.0.1:1", "--objective", "0"}, kUsage, "--objective"},
      {{"http://127.0.0.1:1", "--windows"}, kUsage, "--json"},
      {{"http://127.0.0.1:1", "--windows", "--json", "--threads", "2"}, kUsage, "windows: of one thread"},
      {{"model.onnx", "--steps", "5:1"}, kUsage, "--steps is for URLs"},
      {{"http://127.0.0.1:1", "--header", "no colon"}, kUsage, "Name: value"},
      {{"http://127.0.0.1:1", "--insecure"}, kUsage, "are for https:// URLs"},
      {{"http://127.0.0.1:1", "--ca-file", "ca.pem"}, kUsage, "are for https:// URLs"},
      {{"https://127.0.0.1:1", "--ca-file", "ca.pem", "--insecure"}, kUsage, "--ca-file says whom to trust"},
      {{"https://127.0.0.1:1", "--ca-file", "/nonexistent/ca.pem"}, kFailed, "/nonexistent/ca.pem"},
      {{"model.onnx", "--insecure"}, kUsage, "--insecure is for URLs"},
      {{"model.onnx", "--against", "http://127.0.0.1:1"}, kUsage, "--against is for URLs"},
      {{"http://127.0.0.1:1", "--against", "model.onnx"}, kUsage, "--against"},
      {{"http://127.0.0.1:1", "--against", "http://127.0.0.1:2", "--pid", "1"}, kUsage, "--pid is for one URL"},
      {{"http://127.0.0.1:1", "--against", "http://127.0.0.1:2", "--rounds", "0"}, kUsage, "rounds: 1 to 1000"},
      {{"http://127.0.0.1:1", "--rounds", "3"}, kUsage, "--rounds is for --against"},
      {{"http://127.0.0.1:1", "--body", "a", "--bodies", "b"}, kUsage, "give one"},
      {{"http://127.0.0.1:1", "--bodies", "/nonexistent/bodies"}, kFailed, "/nonexistent/bodies"},
      {{"http://127.0.0.1:0"}, kUsage, "1 to 65535"},
      {{"model.onnx", "--rate", "5"}, kUsage, "--rate is for URLs"},
      {{"http://127.0.0.1:1", "--rows", "r.csv"}, kUsage, "--rows is for model files"},
      {{"model.onnx", "--method", "predct"}, kUsage, "did you mean \"predict\"?"},
      {{"/nonexistent/model.onnx"}, kFailed, "/nonexistent/model.onnx"},
      {{"http://127.0.0.1:1", "--body", "/nonexistent/body"}, kFailed, "/nonexistent/body"},
      {{"unix:/nonexistent/p.sock"}, kFailed, "cannot connect to unix:/nonexistent/p.sock"},
  };
  for (const auto& [words, code, why] : cases) {
    const Ran r = run(words);
    EXPECT_EQ(r.code, code) << why;
    EXPECT_THAT(r.err, HasSubstr(why));
    EXPECT_EQ(r.out, "") << why;
  }
}

TEST(BenchCommand, HelpHasAnExample) {
  const Ran r = run({"--help"});
  EXPECT_EQ(r.code, kDone);
  EXPECT_THAT(r.out, HasSubstr("Example: pelton bench http://"));
}

}  // namespace
}  // namespace pelton::app
