#include "api/service.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstring>
#include <mutex>
#include <thread>

#include "api_test_server.hpp"

namespace pelton::api {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class ServiceTest : public testing::Test {
 protected:
  ApiTestServer server{{{"plain", {"", ""}}, {"named", {"age", "income"}}, {"many:1", {""}}, {"many:2", {"", "", ""}}}};
  test::HttpClient client = server.client();
};

TEST_F(ServiceTest, AnswersTheArticlesRequest) {
  const test::Reply reply = client.post("/predict", R"({"x":[2,3]})");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, R"({"result":5.0})");
  EXPECT_EQ(reply.header("Content-Type"), "application/json");
  EXPECT_THAT(reply.header("Server-Timing"),
              AllOf(HasSubstr("queue;dur="), HasSubstr("score;dur="), HasSubstr("total;dur=")));
}

TEST_F(ServiceTest, AnswersManyRowsAndNamedRows) {
  EXPECT_EQ(client.post("/predict", R"({"x":[[2,3],[4,5]]})").body, R"({"result":[5.0,9.0]})");
  EXPECT_EQ(client.post("/predict/named", R"({"x":{"income":3,"age":2}})").body, R"({"result":5.0})");
  EXPECT_EQ(client.post("/predict/named", R"({"x":[{"age":1,"income":1},{"age":2,"income":2}]})").body,
            R"({"result":[2.0,4.0]})");
}

TEST_F(ServiceTest, TakesWhatCurlSendsWithoutAHeader) {
  const std::string form = "Content-Type: application/x-www-form-urlencoded\r\n";
  EXPECT_EQ(client.post("/predict", R"({"x":[2,3]})", form).body, R"({"result":5.0})");
  EXPECT_EQ(client.post("/predict", "x=2&y=3", form).status, 415);
}

TEST(CategoriesTest, AreTakenByNameAndToldOnTheCardAndInTheSchema) {
  ApiTestServer server({{"shop", {"color=red|green", "size"}}});
  test::HttpClient client = server.client();
  EXPECT_EQ(client.post("/predict", R"({"x":[["green",2],[0,3]]})").body, R"({"result":[3.0,3.0]})");
  EXPECT_EQ(client.post("/predict", R"({"x":{"color":"green","size":2}})").body, R"({"result":3.0})");
  EXPECT_EQ(client.post("/predict", "size,color\n2,green\n", "Content-Type: text/csv\r\n").body, R"({"result":[3.0]})");
  const test::Reply refused = client.post("/predict", R"({"x":{"color":"grene","size":2}})");
  EXPECT_EQ(refused.status, 422);
  EXPECT_THAT(refused.body, AllOf(HasSubstr(R"("pointer":"/x/color")"),
                                  HasSubstr(R"(unknown category \"grene\"; did you mean \"green\"?)")));
  EXPECT_EQ(client.post("/predict", R"({"x":["green","big"]})").status, 422);
  EXPECT_THAT(client.get("/models/shop").body, HasSubstr(R"("missing":false,"categories":["red","green"]})"));
  EXPECT_THAT(client.get("/models/shop/schema").body, HasSubstr(R"({"enum":["red","green"]})"));
}

TEST(TextsTest, AreTakenByEveryDialectAndToldOnTheCardAndInTheSchema) {
  ApiTestServer server({{"shop", {"title~", "size"}}});
  test::HttpClient client = server.client();
  EXPECT_EQ(client.post("/predict", R"({"x":["three",2]})").body, R"({"result":7.0})");
  EXPECT_EQ(client.post("/predict", R"({"x":[{"size":1,"title":"\u00e4\n"},["",0]]})").body, R"({"result":[4.0,0.0]})");
  EXPECT_EQ(client.post("/predict", "size,title\n2,\"a, \"\"b\"\"\"\n1,\n", "Content-Type: text/csv\r\n").body,
            R"({"result":[8.0,1.0]})");
  EXPECT_EQ(client.post("/predict", "[\"ab\",1]\n[\"\",2]\n", "Content-Type: application/x-ndjson\r\n").body,
            "{\"result\":3.0}\n{\"result\":2.0}\n");
  // The method comes after the rows: they move to the other method's batch, texts and all.
  EXPECT_EQ(client.post("/predict", R"({"x":[["three",2],["a",3]],"method":"decision_function"})").body,
            R"({"result":[[5.0,2.0],[1.0,3.0]]})");
  const test::Reply number = client.post("/predict", R"({"x":[3,2]})");
  EXPECT_EQ(number.status, 422);
  EXPECT_THAT(number.body, HasSubstr("/x/0: expected a text, got a number"));
  const test::Reply raw =
      client.post("/predict", std::string(2 * sizeof(double), '\1'), "Content-Type: application/octet-stream\r\n");
  EXPECT_EQ(raw.status, 415);
  EXPECT_THAT(raw.body, HasSubstr(R"(the model's feature \"title\" is text; send JSON, NDJSON or CSV)"));
  EXPECT_THAT(client.get("/models/shop").body, HasSubstr(R"({"name":"title","type":"string","missing":false})"));
  EXPECT_THAT(client.get("/models/shop/schema").body, HasSubstr(R"("title":{"type":["string"]})"));
}

TEST(TextsTest, StayWithTheirCallersAcrossThreads) {
  ApiSettings settings;
  settings.batching.inline_limit = core::Duration(0);
  ApiTestServer server({{"shop", {"title~", "size"}}}, settings, nullptr, 2);
  std::vector<std::thread> callers;
  std::atomic<int> wrong{0};
  for (unsigned c = 0; c < 4; ++c) {
    callers.emplace_back([&, c] {
      test::HttpClient client = server.client();
      for (unsigned i = 0; i < 300; ++i) {
        const unsigned length = (c * 7919 + i * 104'729) % (i % 50 == 0 ? 50'000 : 60);
        const std::string title(length, static_cast<char>('a' + c));
        const std::string body = R"({"x":[[")" + title + R"(",0],["",1],["b)" + title + R"(",2]]})";
        const std::string expected =
            R"({"result":[)" + std::to_string(length) + ".0,1.0," + std::to_string(length + 3) + ".0]}";
        if (client.post("/predict", body).body != expected) ++wrong;
        if (i % 3 == 0 && client.post("/predict", R"({"x":[[")" + title + R"(",0],[1,1]]})").status != 422) ++wrong;
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(wrong, 0);
}

TEST_F(ServiceTest, ReadsCsvNdjsonAndRawRows) {
  EXPECT_EQ(client.post("/predict/named", "income,age\r\n3,2\r\n5,4\r\n", "Content-Type: text/csv\r\n").body,
            R"({"result":[5.0,9.0]})");
  const test::Reply lines = client.post("/predict", "[2,3]\n[4,5]\n", "Content-Type: application/x-ndjson\r\n");
  EXPECT_EQ(lines.body, "{\"result\":5.0}\n{\"result\":9.0}\n");
  EXPECT_EQ(lines.header("Content-Type"), "application/x-ndjson");
  const float row[] = {2.0F, 3.0F};
  std::string raw(sizeof row, '\0');
  std::memcpy(raw.data(), row, sizeof row);
  EXPECT_EQ(client.post("/predict?dtype=float32", raw, "Content-Type: application/octet-stream\r\n").body,
            R"({"result":[5.0]})");
}

TEST_F(ServiceTest, WritesCsvWhereItIsAskedFor) {
  const test::Reply csv = client.post("/predict", R"({"x":[[2,3],[4,5]]})", "Accept: text/csv\r\n");
  EXPECT_EQ(csv.body, "prediction\r\n5.0\r\n9.0\r\n");
  EXPECT_THAT(csv.header("Content-Type"), StartsWith("text/csv"));
}

TEST_F(ServiceTest, WritesRawResultsWhereTheyAreAskedFor) {
  const test::Reply raw = client.post("/predict", R"({"x":[[2,3],[4,5]]})", "Accept: application/octet-stream\r\n");
  EXPECT_EQ(raw.header("Content-Type"), "application/octet-stream; dtype=float64");
  const double expected[] = {5, 9};
  EXPECT_EQ(raw.body, std::string(reinterpret_cast<const char*>(expected), sizeof expected));
}

TEST_F(ServiceTest, WritesTheTypeThatIsWantedMost) {
  const std::string rows = R"({"x":[[2,3]]})";
  const auto type = [&](const std::string& accept, const std::string& kind = "application/json") {
    const std::string body = kind == "application/json" ? rows : "[2,3]\n";
    return client.post("/predict", body, "Content-Type: " + kind + "\r\nAccept: " + accept + "\r\n")
        .header("Content-Type");
  };
  EXPECT_EQ(type("text/csv;q=0.3, application/json;q=0.2"), "text/csv; charset=utf-8");
  EXPECT_EQ(type("application/*"), "application/json");
  EXPECT_EQ(type("application/json;q=0, */*"), "application/x-ndjson");
  EXPECT_EQ(type("application/jsonlines"), "application/jsonlines");
  EXPECT_EQ(type("*/*", "application/x-ndjson"), "application/x-ndjson") << "in kind";
  EXPECT_EQ(type("application/json", "application/x-ndjson"), "application/json");
  EXPECT_EQ(type("application/json, application/x-ndjson;q=0.9", "application/x-ndjson"), "application/json");
  const test::Reply none = client.post("/predict", rows, "Accept: image/png, text/html\r\n");
  EXPECT_EQ(none.status, 406);
  EXPECT_EQ(none.header("Content-Type"), "application/problem+json");
  EXPECT_THAT(none.body, HasSubstr("predictions are application/json"));
  EXPECT_EQ(client.post("/predict", rows).body, R"({"result":[5.0]})") << "the refused row is gone from the batch";
}

TEST_F(ServiceTest, EveryRouteTellsItsMethods) {
  for (const char* const path : {"/", "/livez", "/readyz", "/metrics", "/models/plain/schema", "/models/plain/snippets",
                                 "/openapi.json", "/postman.json", "/docs", "/docs/start.js"}) {
    const test::Reply get = client.get(path);
    EXPECT_EQ(get.status, 200) << path;
    const test::Reply head = client.exchange("HEAD", path, "", "");
    EXPECT_EQ(head.status, 200) << path;
    EXPECT_EQ(head.header("Content-Type"), get.header("Content-Type")) << path;
    for (const char* const verb : {"POST", "PUT", "DELETE", "PATCH"}) {
      const test::Reply wrong = client.exchange(verb, path, "", "");
      EXPECT_EQ(wrong.status, 405) << verb << " " << path;
      EXPECT_EQ(wrong.header("Allow"), "GET, HEAD, OPTIONS") << path;
      EXPECT_EQ(wrong.header("Content-Type"), "application/problem+json") << path;
    }
    const test::Reply options = client.exchange("OPTIONS", path, "", "");
    EXPECT_EQ(options.status, 204) << path;
    EXPECT_EQ(options.header("Allow"), "GET, HEAD, OPTIONS") << path;
  }
  for (const auto& [path, allow] :
       {std::pair{"/models", "POST, GET, HEAD, OPTIONS"}, std::pair{"/models/plain", "DELETE, GET, HEAD, OPTIONS"}}) {
    EXPECT_EQ(client.get(path).status, 200) << path;
    EXPECT_EQ(client.exchange("HEAD", path, "", "").status, 200) << path;
    EXPECT_EQ(client.exchange("PUT", path, "", "").status, 405) << path;
    EXPECT_EQ(client.exchange("OPTIONS", path, "", "").header("Allow"), allow) << path;
  }
  for (const char* const path : {"/predict", "/predict/plain", "/predict/plain/versions/1"}) {
    EXPECT_EQ(client.exchange("HEAD", path, "", "").status, 405) << path;
    EXPECT_EQ(client.exchange("OPTIONS", path, "", "").header("Allow"), "POST, OPTIONS") << path;
  }
}

TEST_F(ServiceTest, TheMethodMayStandInTheBodyOrTheQuery) {
  EXPECT_EQ(client.post("/predict", R"({"method":"decision_function","x":[2,3]})").body, R"({"result":[2.0,3.0]})");
  EXPECT_EQ(client.post("/predict", R"({"x":[2,3],"method":"decision_function"})").body, R"({"result":[2.0,3.0]})");
  EXPECT_EQ(client.post("/predict?method=decision_function", R"({"x":[2,3]})").body, R"({"result":[2.0,3.0]})");
  const test::Reply refused = client.post("/predict", R"({"x":[2,3],"method":"predict_proba"})");
  EXPECT_EQ(refused.status, 422);
  EXPECT_THAT(refused.body, HasSubstr("/method"));
}

TEST_F(ServiceTest, TheVersionMayStandInThePathTheQueryOrTheBody) {
  EXPECT_EQ(client.post("/predict/many", R"({"x":[1,2,3]})").body, R"({"result":6.0})") << "the highest by default";
  EXPECT_EQ(client.post("/predict/many/versions/1", R"({"x":[7]})").body, R"({"result":7.0})");
  EXPECT_EQ(client.post("/predict/many?version=1", R"({"x":[7]})").body, R"({"result":7.0})");
  EXPECT_EQ(client.post("/predict/many", R"({"x":[7],"version":1})").body, R"({"result":7.0})");
  const test::Reply unknown = client.post("/predict/many/versions/9", R"({"x":[7]})");
  EXPECT_EQ(unknown.status, 404);
  EXPECT_THAT(unknown.body, HasSubstr("loaded: 1, 2"));
}

TEST_F(ServiceTest, AnUnknownModelIs404WithASuggestionAndNeverALabel) {
  const test::Reply reply = client.post("/predict/nmaed", R"({"x":[1,2]})");
  EXPECT_EQ(reply.status, 404);
  EXPECT_EQ(reply.header("Content-Type"), "application/problem+json");
  EXPECT_THAT(reply.body, HasSubstr("did you mean \\\"named\\\"?"));
  const std::string metrics = client.get("/metrics").body;
  EXPECT_THAT(metrics, Not(HasSubstr("nmaed")));
  EXPECT_THAT(metrics, HasSubstr(R"(pelton_requests_total{model="",version="",dialect="native",code="404"} 1)"));
}

TEST_F(ServiceTest, EveryBadFieldIsNamed) {
  const test::Reply reply = client.post("/predict/named", R"({"x":{"agee":1,"income":"much"}})");
  EXPECT_EQ(reply.status, 422);
  EXPECT_THAT(reply.body, AllOf(HasSubstr("/x/agee"), HasSubstr("/x/income"), HasSubstr("\"status\":422")));
}

TEST_F(ServiceTest, ABadRequestHarmsNobodyInTheSameBatch) {
  std::string pipelined;
  for (int i = 0; i < 5; ++i) {
    pipelined += test::HttpClient::request("POST", "/predict", "", "{\"x\":[" + std::to_string(i) + ",1]}");
    pipelined += test::HttpClient::request("POST", "/predict", "", R"({"x":[[1,2],[3]]})");
    pipelined += test::HttpClient::request("POST", "/predict", "", R"({"x":[1)");
  }
  client.send(pipelined);
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(client.receive().body, "{\"result\":" + std::to_string(i + 1) + ".0}");
    EXPECT_EQ(client.receive().status, 422);
    EXPECT_EQ(client.receive().status, 400);
  }
}

TEST_F(ServiceTest, UnknownQueryOptionsAndContentTypesAreRefused) {
  EXPECT_EQ(client.post("/predict?metod=predict", R"({"x":[2,3]})").status, 422);
  EXPECT_EQ(client.post("/predict", "<x/>", "Content-Type: application/xml\r\n").status, 415);
  EXPECT_EQ(client.post("/predict?explain=3", R"({"x":[2,3]})").status, 422);
}

TEST_F(ServiceTest, GivesBackTheRequestsId) {
  EXPECT_EQ(client.post("/predict", R"({"x":[2,3]})", "X-Request-Id: abc-1\r\n").header("X-Request-Id"), "abc-1");
  EXPECT_EQ(client.post("/predict", R"({"x":3})", "X-Request-Id: abc-2\r\n").header("X-Request-Id"), "abc-2");
  EXPECT_EQ(client.post("/predict", R"({"x":[2,3],"id":"q7"})").body, R"({"result":5.0,"id":"q7"})");
}

TEST_F(ServiceTest, ADeadlineThatHasPassedIs504) {
  // A microsecond of patience cannot be met: reading the request alone takes longer.
  std::string rows = "{\"timeout_ms\":0.001,\"x\":[[1,2]";
  for (int i = 0; i < 20'000; ++i) rows += ",[1,2]";
  EXPECT_EQ(client.post("/predict", rows + "]}").status, 504);
}

TEST_F(ServiceTest, WrongMethodsAreToldWhichAreRight) {
  const test::Reply get = client.get("/predict");
  EXPECT_EQ(get.status, 405);
  EXPECT_THAT(get.header("Allow"), HasSubstr("POST"));
  const test::Reply options = client.exchange("OPTIONS", "/models", "", "");
  EXPECT_EQ(options.status, 204);
  EXPECT_THAT(options.header("Allow"), AllOf(HasSubstr("GET"), HasSubstr("HEAD")));
  EXPECT_EQ(client.get("/nowhere").status, 404);
}

TEST_F(ServiceTest, HeadHasTheLengthAndNoBody) {
  const test::Reply head = client.exchange("HEAD", "/models", "", "");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.header("Content-Length"), client.get("/models").header("Content-Length"));
}

TEST_F(ServiceTest, DescribesItsModels) {
  EXPECT_THAT(client.get("/models").body, AllOf(HasSubstr(R"("name":"plain")"), HasSubstr(R"("versions":["1","2"])"),
                                                HasSubstr(R"("default":true)")));
  EXPECT_THAT(client.get("/models/named").body, HasSubstr(R"({"name":"age","type":"float64","missing":false})"));
  EXPECT_THAT(client.get("/models/named/schema").body, AllOf(HasSubstr("2020-12"), HasSubstr("income")));
  EXPECT_EQ(client.get("/models/unknown").status, 404);
}

TEST_F(ServiceTest, ShowsAPageToBrowsersAndALineToPrograms) {
  EXPECT_EQ(client.get("/").body, R"({"status":"alive"})");
  const test::Reply page = client.get("/", "Accept: text/html,application/xhtml+xml,*/*;q=0.8\r\n");
  EXPECT_THAT(page.body, HasSubstr("<title>Pelton</title>"));
  EXPECT_THAT(page.header("Content-Security-Policy"), HasSubstr("default-src 'none'"));
  EXPECT_THAT(page.body, Not(HasSubstr("http://"))) << "nothing is loaded from elsewhere";
}

TEST_F(ServiceTest, ReadinessEndsWhenDrainingBegins) {
  EXPECT_EQ(client.get("/readyz").status, 200);
  server.shared().ready.store(false);
  EXPECT_EQ(client.get("/readyz").status, 503);
  EXPECT_EQ(client.get("/livez").status, 200);
}

TEST_F(ServiceTest, CountsEveryAnswer) {
  client.post("/predict/named", R"({"x":[1,2]})");
  client.post("/predict/named", R"({"x":[1]})");
  client.send("GET / HTTP/9.9\r\n\r\n");
  EXPECT_EQ(client.receive().status, 505);
  const std::string metrics = server.client().get("/metrics").body;
  EXPECT_THAT(metrics, HasSubstr(R"(pelton_requests_total{model="named",version="1",dialect="native",code="200"} 1)"));
  EXPECT_THAT(metrics, HasSubstr(R"(pelton_requests_total{model="named",version="1",dialect="native",code="422"} 1)"));
  EXPECT_THAT(metrics, HasSubstr(R"(pelton_requests_total{model="",version="",dialect="http",code="505"} 1)"));
  EXPECT_THAT(metrics, HasSubstr(R"(pelton_batch_rows_count{model="named",version="1"} 1)"));
}

TEST_F(ServiceTest, ReloadingChangesAnswersAndLosesNone) {
  std::atomic<bool> stop{false};
  std::atomic<int> wrong{0};
  std::thread caller([&] {
    test::HttpClient other = server.client();
    while (!stop.load()) {
      const test::Reply reply = other.post("/predict", R"({"x":[2,3]})");
      if (reply.status != 200 || (reply.body != R"({"result":5.0})" && reply.body != R"({"result":50.0})")) ++wrong;
    }
  });
  for (int i = 0; i < 30; ++i) server.reload(i % 2 == 0 ? 10 : 1);
  server.reload(10);
  stop.store(true);
  caller.join();
  EXPECT_EQ(wrong.load(), 0);
  EXPECT_EQ(client.post("/predict", R"({"x":[2,3]})").body, R"({"result":50.0})");
}

TEST(ServiceOverload, AFullQueueIs503WithRetryAfter) {
  ApiSettings settings;
  settings.batching.max_queue_rows = 1;
  ApiTestServer server({{"plain", {"", ""}}}, settings);
  test::HttpClient client = server.client();
  const std::string one = test::HttpClient::request("POST", "/predict", "", R"({"x":[2,3]})");
  client.send(one + one);  // both of one round: the second finds the queue full
  EXPECT_EQ(client.receive().status, 200);
  const test::Reply refused = client.receive();
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.header("Retry-After"), "1");
  EXPECT_EQ(client.post("/predict", R"({"x":[2,3]})").status, 200) << "and then all is well again";
}

class RecordingLog final : public AccessLog {
 public:
  bool wants(int) noexcept override { return true; }
  void write(const AccessEntry& entry) override {
    const std::lock_guard lock(mutex_);
    lines_.push_back(std::string(entry.method) + " " + std::string(entry.target) + " " + std::to_string(entry.status) +
                     " " + std::string(entry.request_id));
  }
  std::vector<std::string> lines() {
    const std::lock_guard lock(mutex_);
    return lines_;
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> lines_;
};

TEST(ServiceOverload, WhoWouldBeTurnedAwayIsNotRead) {
  ApiSettings settings;
  settings.batching.max_queue_rows = 1;
  ApiTestServer server({{"plain", {"", ""}}, {"other", {"", ""}}}, settings);
  test::HttpClient client = server.client();
  std::string burst;
  const auto post = [&](const char* target, const char* body) {
    burst += test::HttpClient::request("POST", target, "X-Request-Id: mine\r\n", body);
  };
  post("/predict/plain", R"({"x":[2,3]})");
  post("/predict/plain", "no JSON at all");
  post("/predict/plain", R"({"priority":1, "x":[2,)");
  post("/predict/plain", R"({"model":"other","x":[3,4]})");
  client.send(burst);  // one segment: all are there in one round
  EXPECT_EQ(client.receive().status, 200);
  const test::Reply refused = client.receive();
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.header("Retry-After"), "1");
  EXPECT_EQ(refused.header("X-Request-Id"), "mine");
  EXPECT_EQ(refused.header("Content-Type"), "application/problem+json");
  EXPECT_THAT(refused.body, HasSubstr("queue is full"));
  EXPECT_EQ(client.receive().status, 400) << "it may have been urgent";
  const test::Reply other = client.receive();
  EXPECT_EQ(other.status, 200) << "it was for another model";
  EXPECT_EQ(other.body, R"({"result":7.0})");
  EXPECT_THAT(client.get("/metrics").body, HasSubstr(R"(pelton_rejected_total{reason="overload"} 1)"));
}

TEST(ServiceLog, TellsEveryAnswer) {
  RecordingLog log;
  ApiTestServer server({{"plain", {"", ""}}}, {}, &log);
  test::HttpClient client = server.client();
  client.post("/predict", R"({"x":[2,3]})", "X-Request-Id: r1\r\n");
  client.post("/predict?a=b", R"({"x":[2,3]})");
  client.get("/livez");
  EXPECT_THAT(log.lines(), testing::ElementsAre("POST /predict 200 r1", "POST /predict?a=b 422 ", "GET /livez 200 "));
}

}  // namespace
}  // namespace pelton::api
