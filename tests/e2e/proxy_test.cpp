// Pelton behind the web servers that people put in front of it, with the configurations of configs/.
#include "proxy.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace pelton {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;

constexpr const char* kRequest = R"({"x":[2,3]})";
constexpr const char* kAnswer = R"({"result":2.0})";

/// A replica on a unix socket, ready.
std::unique_ptr<test::Process> replica(const std::string& socket, std::vector<std::string> environment = {}) {
  environment.emplace_back("PELTON_SERVER_TRUSTED_PROXIES=unix, 127.0.0.1");
  auto process = std::make_unique<test::Process>(
      std::vector<std::string>{PELTON_BINARY, "serve", "--config",
                               std::string(PELTON_SOURCE_DIR) + "/configs/quickstart.toml", "--port", "0", "--unix",
                               socket},
      environment);
  for (std::string line = process->line(); line.find("unix:") == std::string::npos; line = process->line()) {
    if (line.empty()) throw std::runtime_error("no replica: " + process->rest_of_stderr());
  }
  return process;
}

/// One on a port of 127.0.0.1.
std::unique_ptr<test::Process> replica_on(std::uint16_t port) {
  auto process = std::make_unique<test::Process>(std::vector<std::string>{
      PELTON_BINARY, "serve", "--config", std::string(PELTON_SOURCE_DIR) + "/configs/quickstart.toml", "--port",
      std::to_string(port)});
  if (process->line().empty()) throw std::runtime_error("no replica: " + process->rest_of_stderr());
  return process;
}

std::string output_of(std::vector<std::string> arguments) {
  test::Process process(std::move(arguments));
  std::string out = process.rest_of_stdout();
  const std::string err = process.rest_of_stderr();
  return process.wait() == 0 ? out : out + "\nfailed: " + err;
}

/// Clients that ask all the time, and count what is not the answer.
class SteadyLoad {
 public:
  SteadyLoad(std::uint16_t port, std::size_t clients) {
    for (std::size_t i = 0; i < clients; ++i) threads_.emplace_back([this, port] { ask(port); });
  }
  ~SteadyLoad() { stop(); }
  void stop() {
    stopping_ = true;
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }
  /// Waits for so many more answers.
  void await(int count) const {
    for (const int from = answers_; answers_ < from + count;) std::this_thread::yield();
  }
  int failures() const { return failures_; }

 private:
  void ask(std::uint16_t port) {
    auto client = std::make_unique<test::HttpClient>(port);
    while (!stopping_) {
      try {
        const test::Reply reply = client->post("/predict", kRequest);
        if (reply.body != kAnswer) ++failures_;
        if (reply.header("Connection") == "close") client = std::make_unique<test::HttpClient>(port);
      } catch (const std::runtime_error&) {
        ++failures_;
        client = std::make_unique<test::HttpClient>(port);
      }
      ++answers_;
    }
  }

  std::atomic<bool> stopping_{false};
  std::atomic<int> answers_{0};
  std::atomic<int> failures_{0};
  std::vector<std::thread> threads_;
};

/// nginx with one Pelton behind it on a unix socket.
class Nginx : public testing::Test {
 protected:
  void serve(std::vector<std::string> environment = {}, const std::vector<Proxy::Exchange>& further = {}) {
    server_ = replica(socket(), std::move(environment));
    port_ = free_port();
    streams_port_ = free_port();
    std::vector<Proxy::Exchange> exchanges{{"/run/pelton/pelton.sock", socket()},
                                           {"listen 8000", "listen 127.0.0.1:" + std::to_string(port_)}};
    exchanges.insert(exchanges.end(), further.begin(), further.end());
    nginx_ = Proxy::nginx(
        "pelton.conf", exchanges,
        {{"/run/pelton/pelton.sock", socket()}, {"listen 8001", "listen 127.0.0.1:" + std::to_string(streams_port_)}});
    await_port(port_);
  }
  std::string socket() const { return (folder_.path() / "pelton.sock").string(); }

  test::TemporaryFolder folder_;
  std::unique_ptr<test::Process> server_;
  std::unique_ptr<Proxy> nginx_;
  std::uint16_t port_ = 0;
  std::uint16_t streams_port_ = 0;
};

TEST_F(Nginx, HandsRequestsOnOverKeptConnections) {
  serve();
  test::HttpClient client(port_);
  for (int i = 0; i < 200; ++i) ASSERT_EQ(client.post("/predict", kRequest).body, kAnswer);
  const test::Reply reply = client.post("/predict", kRequest);
  EXPECT_EQ(reply.header("X-Request-Id").size(), 32U) << "nginx's own, given back";
  EXPECT_THAT(reply.header("Server-Timing"), HasSubstr("queue;dur="));
  EXPECT_THAT(client.get("/metrics").body, HasSubstr("pelton_connections 1\n"));
}

TEST_F(Nginx, GivesBackRefusalsOfBodiesStillOnTheirWay) {
  serve({"PELTON_LIMITS_BODY_BYTES=1000"});
  for (const char* target : {"/predict", "/stream/predict"}) {
    test::HttpClient client(port_);
    const test::Reply reply = client.post(target, std::string(8 << 20, ' '));
    EXPECT_EQ(reply.status, 413) << target;
    EXPECT_THAT(reply.body, HasSubstr("the body is longer than the limit")) << target;
  }
}

/// Callers through nginx who ask all at once, again and again, each time just as kept connections to Pelton are being
/// closed: until a thousand have been. Returns how many requests were not answered as they should be.
int failures_over_a_thousand_expirations(std::uint16_t port, const std::string& socket) {
  constexpr int kCallers = 48;
  constexpr int kExpirations = 1'000;
  const auto metric = [&socket](const std::string& name) {
    const std::string text = output_of({PELTON_CURL, "-sS", "--unix-socket", socket, "http://pelton/metrics"});
    const std::size_t at = text.find("\n" + name + " ");
    if (at == std::string::npos) throw std::runtime_error("no " + name + " in " + text);
    return std::stoi(text.substr(at + name.size() + 2));
  };
  std::vector<std::unique_ptr<test::HttpClient>> callers;
  for (int i = 0; i < kCallers; ++i) callers.push_back(std::make_unique<test::HttpClient>(port));
  int failures = 0;
  for (int expired = 0, asked = 0; expired < kExpirations;) {
    for (const auto& caller : callers) caller->send(test::HttpClient::request("POST", "/predict", {}, kRequest));
    for (auto& caller : callers) {
      try {
        const test::Reply reply = caller->receive();
        failures += reply.body == kAnswer ? 0 : 1;
        // nginx does so after its keepalive_requests, a thousand.
        if (reply.header("Connection") == "close") caller = std::make_unique<test::HttpClient>(port);
      } catch (const std::runtime_error& cut) {
        ADD_FAILURE() << cut.what() << " after " << expired << " expirations";
        return failures + 1;
      }
    }
    int open = 0;
    const int peak = metric("pelton_connections");
    do {
      open = metric("pelton_connections");
    } while (open >= peak && peak > 1);  // each look is a connection of its own
    expired = metric("pelton_connections_opened_total") - open - (asked += 3);
  }
  return failures;
}

TEST_F(Nginx, LosesNothingToAThousandConnectionsThatPeltonCloses) {
  serve({"PELTON_TIMEOUTS_IDLE_MS=1"});
  EXPECT_EQ(failures_over_a_thousand_expirations(port_, socket()), 0) << nginx_->error_log();
}

TEST_F(Nginx, LosesNothingToAThousandConnectionsThatNginxCloses) {
  serve({}, {{"keepalive_timeout 60s;                             # shorter", "keepalive_timeout 10ms; # shorter"}});
  EXPECT_EQ(failures_over_a_thousand_expirations(port_, socket()), 0) << nginx_->error_log();
}

TEST_F(Nginx, LosesNothingWhereRequestsMeetTheClosingOfTheirConnections) {
  serve({"PELTON_TIMEOUTS_IDLE_MS=1"});
  const std::string report = output_of({PELTON_BINARY, "bench", "http://127.0.0.1:" + std::to_string(port_), "--rate",
                                        "100", "--connections", "16", "--requests", "400", "--json"});
  EXPECT_THAT(report, AllOf(HasSubstr("\"requests\":400"), ContainsRegex("\"errors\":[{](\"[a-z_0-9]+\":0,?)+[}]")))
      << nginx_->error_log();
}

TEST_F(Nginx, HandsOnChunksAsTheyCome) {
  serve();
  const std::string url = "http://127.0.0.1:" + std::to_string(port_) + "/stream/predict";
  EXPECT_EQ(output_of({PELTON_CURL, "-sS", url, "-H", "Transfer-Encoding: chunked", "-H",
                       "Content-Type: application/x-ndjson", "-d", "[2,3]"}),
            "{\"result\":2.0}\n");
}

TEST_F(Nginx, AHundredThousandRowsFromAPipeAreCollectedThroughItAndStreamedWithoutIt) {
  serve();
  const std::string url = "http://127.0.0.1:" + std::to_string(port_) + "/stream/predict";
  const std::string rows = "i=0; while [ $i -lt 1000 ]; do echo \"[$i,1]\"; i=$((i+1)); done";
  const std::string all = "piece=$(" + rows + "); i=0; while [ $i -lt 100 ]; do echo \"$piece\"; i=$((i+1)); done";
  // Once an answer begins nginx hands no more of its body on, so only the direct way streams.
  const std::string direct =
      "--unix-socket " + (folder_.path() / "pelton.sock").string() + " 'http://pelton/predict?stream=true'";
  for (const std::string& way : {url, direct}) {
    const std::string answers = output_of({"/bin/sh", "-c",
                                           "{ " + all + "; } | " + PELTON_CURL + " -sS -X POST -T - " + way +
                                               " -H 'Content-Type: application/x-ndjson'"});
    EXPECT_EQ(std::count(answers.begin(), answers.end(), '\n'), 100'000);
    EXPECT_TRUE(answers.starts_with("{\"result\":") && answers.ends_with("}\n"));
    EXPECT_EQ(answers.find("error"), std::string::npos);
  }
}

std::string chunk_of(std::string_view data) {
  char size[32];
  std::snprintf(size, sizeof size, "%zx\r\n", data.size());
  return size + std::string(data) + "\r\n";
}

/// KiB of the most memory that the process has had.
std::size_t most_memory(const test::Process& process) {
  std::ifstream in("/proc/" + std::to_string(process.pid()) + "/status");
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("VmHWM:")) return std::stoul(line.substr(6));
  }
  throw std::runtime_error("no VmHWM");
}

/// Rows that are all [2,3], in the form that a stream of such a type has, and what a thousand answers look like.
struct StreamForm {
  const char* headers;
  std::string row;
  std::string answer;
};

TEST_F(Nginx, RowsAreAnsweredThroughItsPortForStreamsWhileTheyAreSent) {
  serve();
  const double values[] = {2, 3};
  const double result = 2;
  const std::string raw(reinterpret_cast<const char*>(values), sizeof values);
  const std::string raw_answer(reinterpret_cast<const char*>(&result), sizeof result);
  const StreamForm forms[] = {
      {"Content-Type: application/x-ndjson\r\n", "[2,3]\n", "{\"result\":2.0}\n"},
      {"Content-Type: text/csv; header=absent\r\nAccept: text/csv\r\n", "2,3\n", "2.0\r\n"},
      {"Content-Type: application/octet-stream; dtype=float64\r\nAccept: application/octet-stream\r\n", raw,
       raw_answer}};
  constexpr int kRows = 100'000;
  constexpr int kPiece = 1'000;
  std::size_t before = 0;
  for (const StreamForm& form : forms) {
    test::HttpClient client(streams_port_);
    client.send("POST /predict?stream=true HTTP/1.1\r\nHost: pelton\r\nTransfer-Encoding: chunked\r\n" +
                std::string(form.headers) + "\r\n");
    std::string piece;
    for (int i = 0; i < kPiece; ++i) piece += form.row;
    client.send(chunk_of(piece));
    ASSERT_EQ(client.receive_head().status, 200) << "with 99 of 100 pieces not sent";
    std::string answers = client.receive_chunk();
    EXPECT_NE(answers.find(form.answer), std::string::npos);
    if (before == 0) before = most_memory(*server_);
    std::thread sender([&] {
      for (int i = kPiece; i < kRows; i += kPiece) client.send(chunk_of(piece));
      client.send("0\r\n\r\n");
    });
    for (std::string more = client.receive_chunk(); !more.empty(); more = client.receive_chunk()) answers += more;
    sender.join();
    std::string expected = form.answer == "2.0\r\n" ? "prediction\r\n" : "";
    for (int i = 0; i < kRows; ++i) expected += form.answer;
    EXPECT_TRUE(answers == expected) << form.headers;
  }
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // which keep what is freed
  EXPECT_LT(most_memory(*server_) - before, 4U << 10) << "KiB for three times a hundred thousand rows";
#endif
}

TEST_F(Nginx, LongBodiesArriveWholeThroughOneThatLeavesNoTrace) {
  serve({}, {{"include pelton-proxy.conf;", "proxy_http_version 1.1;\nproxy_set_header Connection \"\";"}});
  constexpr int kRows = 600'000;
  std::string rows;
  for (int i = 0; i < kRows; ++i) rows += "[2.0000000,3.0000000]\n";  // 13 MB: more than sockets hold
  test::HttpClient client(port_);
  const test::Reply reply = client.post("/predict", rows, "Content-Type: application/x-ndjson\r\n");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(std::count(reply.body.begin(), reply.body.end(), '\n'), kRows);
}

/// A server that answers every request 503, and counts them.
class Overloaded {
 public:
  Overloaded() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), port_(free_port()) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port_);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int one = 1;
    ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(listener_, 8) != 0) {
      throw std::runtime_error("cannot listen");
    }
    thread_ = std::thread([this] { answer(); });
  }
  ~Overloaded() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  std::uint16_t port() const { return port_; }
  int requests() const { return requests_; }

 private:
  void answer() {
    for (int peer; (peer = ::accept(listener_, nullptr, nullptr)) >= 0; ::close(peer)) {
      char head[4096];
      if (::recv(peer, head, sizeof head, 0) <= 0) continue;
      ++requests_;
      constexpr std::string_view kReply =
          "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 7\r\nContent-Length: 4\r\nConnection: close\r\n\r\nfull";
      ::send(peer, kReply.data(), kReply.size(), MSG_NOSIGNAL);
    }
  }

  int listener_;
  std::uint16_t port_;
  std::atomic<int> requests_{0};
  std::thread thread_;
};

TEST_F(Nginx, PassesOn503AsAnAnswer) {
  const Overloaded server;
  port_ = free_port();
  nginx_ = Proxy::nginx("pelton.conf", {{"unix:/run/pelton/pelton.sock", "127.0.0.1:" + std::to_string(server.port())},
                                        {"listen 8000", "listen 127.0.0.1:" + std::to_string(port_)}});
  await_port(port_);
  for (int i = 1; i <= 5; ++i) {
    const test::Reply reply = test::HttpClient(port_).post("/predict", kRequest);
    EXPECT_EQ(reply.status, 503);
    EXPECT_EQ(reply.header("Retry-After"), "7");
    EXPECT_EQ(reply.body, "full");
    EXPECT_EQ(server.requests(), i) << "asked once, and again although it answered 503 before";
  }
}

/// nginx with two replicas behind it.
class Replicas : public testing::Test {
 protected:
  void SetUp() override {
    a_ = replica(socket("a"));
    b_ = replica(socket("b"));
    const std::string key = (folder_.path() / "tls.key").string();
    const std::string certificate = (folder_.path() / "tls.crt").string();
    output_of({PELTON_OPENSSL, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
               "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=localhost"});
    port_ = free_port();
    plain_port_ = free_port();
    nginx_ = Proxy::nginx("replicas.conf", {{"/run/pelton", folder_.path().string()},
                                            {"/etc/pelton/tls.key", key},
                                            {"/etc/pelton/tls.crt", certificate},
                                            {"rate=500r/s", "rate=100000r/s"},
                                            {"listen 8443 ssl http2;",
                                             "listen 127.0.0.1:" + std::to_string(port_) +
                                                 " ssl http2; listen 127.0.0.1:" + std::to_string(plain_port_) + ";"}});
    await_port(plain_port_);
  }

  std::string socket(const std::string& name) const { return (folder_.path() / (name + ".sock")).string(); }
  void replace(std::unique_ptr<test::Process>& old, const std::string& name) {
    old->signal(SIGTERM);
    EXPECT_EQ(old->wait(), 0) << old->rest_of_stderr();
    old = replica(socket(name));
  }

  test::TemporaryFolder folder_;
  std::unique_ptr<test::Process> a_;
  std::unique_ptr<test::Process> b_;
  std::unique_ptr<Proxy> nginx_;
  std::uint16_t port_ = 0;
  std::uint16_t plain_port_ = 0;
};

TEST_F(Replicas, CanBeReplacedInTurnUnderLoadWithoutALostRequest) {
  SteadyLoad load(plain_port_, 4);
  for (int i = 0; i < 50; ++i) {
    replace(a_, "a");
    load.await(20);
    replace(b_, "b");
    load.await(20);
  }
  load.stop();
  EXPECT_EQ(load.failures(), 0) << nginx_->error_log();
}

TEST_F(Replicas, MayDieWithoutAnErrorForAnybody) {
  SteadyLoad load(plain_port_, 4);
  load.await(200);
  a_->signal(SIGKILL);
  a_->wait();
  load.await(200);
  load.stop();
  EXPECT_EQ(load.failures(), 0) << nginx_->error_log();
}

TEST_F(Replicas, AreReachedOverTlsAndHttp2AndCompressed) {
  const std::string url = "https://127.0.0.1:" + std::to_string(port_);
  EXPECT_EQ(output_of({PELTON_CURL, "-sSk", "--http2", url + "/predict", "-d", kRequest, "-w", " %{http_version}"}),
            std::string(kAnswer) + " 2");
  std::string rows = R"({"x":[[2,3])";
  for (int i = 0; i < 2000; ++i) rows += ",[2,3]";
  const std::string body = (folder_.path() / "rows.json").string();
  std::ofstream(body) << rows << "]}";
  EXPECT_THAT(output_of({PELTON_CURL, "-sSk", "--compressed", url + "/predict", "-d", "@" + body, "-D", "-", "-o",
                         "/dev/null"}),
              ContainsRegex("[cC]ontent-[eE]ncoding: gzip"));
  const std::vector<std::string> page{PELTON_CURL, "-sSk", url + "/", "-H",       "Accept: text/html",
                                      "-D",        "-",    "-o",      "/dev/null"};
  EXPECT_THAT(output_of(page), ContainsRegex("[xX]-[cC]ache: MISS"));
  EXPECT_THAT(output_of(page), ContainsRegex("[xX]-[cC]ache: HIT"));
}

TEST(Apache, HandsRequestsOnAndPassesOverADeadReplica) {
  const std::uint16_t first = free_port();
  auto a = replica_on(first);
  const std::uint16_t second = free_port();
  auto b = replica_on(second);
  const std::uint16_t port = free_port();
  const auto apache = Proxy::apache({{"127.0.0.1:8081", "127.0.0.1:" + std::to_string(first)},
                                     {"127.0.0.1:8082", "127.0.0.1:" + std::to_string(second)},
                                     {"Listen 8000", "Listen 127.0.0.1:" + std::to_string(port)},
                                     {"*:8000", "127.0.0.1:" + std::to_string(port)}});
  await_port(port);
  // httpd sends no POST again once it has been sent, so a replica goes while nothing is under way (docs/proxies.md).
  for (const bool both : {true, false}) {
    SteadyLoad load(port, 4);
    load.await(100);
    load.stop();
    EXPECT_EQ(load.failures(), 0) << apache->error_log();
    if (!both) break;
    a->signal(SIGTERM);
    EXPECT_EQ(a->wait(), 0);
  }
}

}  // namespace
}  // namespace pelton
