// Who stops waiting costs nothing more: not while the server serves, and not while it ends.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "api_test_server.hpp"

namespace pelton::api {
namespace {

/// Scoring stands still while it is shut.
class Turnstile {
 public:
  void pass(std::size_t rows) {
    std::unique_lock lock(mutex_);
    scored_.push_back(rows);
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
  }
  void await(std::size_t calls) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this, calls] { return scored_.size() >= calls; });
  }
  void shut() {
    const std::lock_guard lock(mutex_);
    open_ = false;
    scored_.clear();
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  std::vector<std::size_t> scored() {
    const std::lock_guard lock(mutex_);
    return scored_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = true;
  std::vector<std::size_t> scored_;
};

class GoneCallersTest : public testing::Test {
 protected:
  GoneCallersTest() {
    server.before_score = [this](std::size_t rows) { turnstile.pass(rows); };
    server.reload(1);
    turnstile.shut();
  }
  ~GoneCallersTest() override { turnstile.open(); }

  static ApiSettings all_in_the_pool() {
    ApiSettings settings;
    settings.batching.inline_limit = core::Duration(0);
    return settings;
  }
  /// Two requests that have a turn each, all that a lane has: further ones wait.
  void fill_the_pool(test::HttpClient& one, test::HttpClient& other) {
    one.send(ask());
    turnstile.await(1);
    other.send(ask());
    turnstile.await(2);
  }
  static std::string ask() { return test::HttpClient::request("POST", "/predict", "", R"({"x":[2,3]})"); }

  Turnstile turnstile;
  ApiTestServer server{{{"plain", {"", ""}}}, all_in_the_pool()};
};

TEST_F(GoneCallersTest, NothingIsScoredForThem) {
  test::HttpClient first = server.client();
  test::HttpClient second = server.client();
  fill_the_pool(first, second);
  for (int i = 0; i < 5; ++i) {
    test::HttpClient impatient = server.client();
    impatient.send(ask());
    // Read by the server for sure, as this one thread reads what came first first.
    ASSERT_EQ(server.client().get("/livez").status, 200);
    impatient.reset();
  }
  test::HttpClient last = server.client();
  ASSERT_EQ(last.get("/livez").status, 200);
  last.send(ask());
  ASSERT_EQ(server.client().get("/livez").status, 200);
  turnstile.open();
  for (test::HttpClient* const client : {&first, &second, &last}) {
    EXPECT_EQ(client->receive().body, R"({"result":5.0})");
  }
  EXPECT_THAT(turnstile.scored(), testing::ElementsAre(1, 1, 1));
  const std::string metrics = server.client().get("/metrics").body;
  EXPECT_THAT(metrics, testing::HasSubstr(R"(dialect="native",code="499"} 5)"));
}

TEST_F(GoneCallersTest, WhoOnlySaysNoMoreIsStillAnswered) {
  test::HttpClient first = server.client();
  test::HttpClient second = server.client();
  fill_the_pool(first, second);
  test::HttpClient done = server.client();
  done.send(test::HttpClient::request("POST", "/predict", "Connection: close\r\n", R"({"x":[4,3]})"));
  done.end_sending();
  ASSERT_EQ(server.client().get("/livez").status, 200);
  turnstile.open();
  EXPECT_EQ(first.receive().body, R"({"result":5.0})");
  EXPECT_EQ(done.receive().body, R"({"result":7.0})");
}

TEST_F(GoneCallersTest, AServerThatIsOutOfPatienceEndsWithTheTurnThatRuns) {
  test::HttpClient first = server.client();
  test::HttpClient second = server.client();
  fill_the_pool(first, second);
  test::HttpClient waiting = server.client();
  waiting.send(ask());
  ASSERT_EQ(server.client().get("/livez").status, 200);
  bool drained = true;
  std::thread ending([&] { drained = server.server().drain(core::Duration(0)); });
  EXPECT_THROW(first.receive(), std::runtime_error);
  EXPECT_THROW(waiting.receive(), std::runtime_error);
  turnstile.open();
  ending.join();
  EXPECT_FALSE(drained);
  EXPECT_THAT(turnstile.scored(), testing::ElementsAre(1, 1)) << "what waited is for nobody";
}

}  // namespace
}  // namespace pelton::api
