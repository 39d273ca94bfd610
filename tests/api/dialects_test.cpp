// What every dialect does alike, each in its own words.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "api_test_server.hpp"

namespace pelton::api {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kJson = "application/json";
constexpr const char* kProblem = "application/problem+json";

/// A way to ask the model "plain", of two features without names.
struct Way {
  std::string name;
  std::string target;
  std::string good;              ///< a body that is answered
  std::string headers = "";      ///< that go with it
  int busy = 503;                ///< how it tells that the model is overloaded
  const char* told_as = kJson;   ///< the content type of its problems
  std::string told_with = "";    ///< stands in its problems
  std::string urgent = "";       ///< a body that is wrong, and has a priority
  std::string for_another = "";  ///< a good body for batches of another method; empty where the head alone tells
  bool any_type = false;         ///< its Content-Type is not looked at
};

const std::string kVertexRoute = "/vertex";

std::vector<Way> ways() {
  const std::string raw("\0\0\0\0\0\0\0@\0\0\0\0\0\0\x8@", 16);
  return {
      {.name = "native_json",
       .target = "/predict/plain",
       .good = R"({"x":[2,3]})",
       .told_as = kProblem,
       .told_with = R"("title")",
       .urgent = R"({"priority":1,"x":[2,)",
       .for_another = R"({"x":[2,3],"method":"decision_function"})"},
      {.name = "native_ndjson",
       .target = "/predict/plain",
       .good = "[2,3]\n",
       .headers = "Content-Type: application/x-ndjson\r\n",
       .told_as = kProblem,
       .told_with = R"("title")"},
      {.name = "native_csv",
       .target = "/predict/plain",
       .good = "2,3\n",
       .headers = "Content-Type: text/csv\r\n",
       .told_as = kProblem,
       .told_with = R"("title")"},
      {.name = "native_raw",
       .target = "/predict/plain",
       .good = raw,
       .headers = "Content-Type: application/octet-stream\r\n",
       .told_as = kProblem,
       .told_with = R"("title")"},
      {.name = "v1",
       .target = "/v1/models/plain:predict",
       .good = R"({"instances":[[2,3]]})",
       .busy = 429,
       .told_with = R"({"error":")",
       .urgent = R"({"parameters":{"priority":1},"instances":[[2,)",
       .for_another = R"({"instances":[[2,3]],"signature_name":"decision_function"})"},
      {.name = "v1_regress",
       .target = "/v1/models/plain:regress",
       .good = R"({"examples":[[2,3]]})",
       .busy = 429,
       .told_with = R"({"error":")",
       .urgent = R"({"parameters":{"priority":1},"examples":[[2,)"},
      {.name = "v2",
       .target = "/v2/models/plain/infer",
       .good = R"({"inputs":[{"name":"input","shape":[1,2],"datatype":"FP64","data":[2,3]}]})",
       .told_with = R"({"error":")",
       .urgent = R"({"parameters":{"priority":1},"inputs":[)",
       .for_another = R"({"inputs":[{"name":"input","shape":[1,2],"datatype":"FP64","data":[2,3]}],)"
                      R"("outputs":[{"name":"decision_function"}]})",
       .any_type = true},
      {.name = "v2_raw",
       .target = "/v2/models/plain/infer",
       .good = raw,
       .headers = "Inference-Header-Content-Length: 0\r\n",
       .told_with = R"({"error":")",
       .any_type = true},
      {.name = "v2_generate",
       .target = "/v2/models/plain/generate",
       .good = R"({"input":[2,3]})",
       .told_with = R"({"error":")",
       .urgent = R"({"parameters":{"priority":1},"input":[)",
       .any_type = true},
      {.name = "mlflow",
       .target = "/invocations?model=plain",
       .good = R"({"inputs":[[2,3]]})",
       .told_with = R"({"error_code":")",
       .urgent = R"({"params":{"priority":1},"inputs":[)",
       .for_another = R"({"inputs":[[2,3]],"params":{"method":"decision_function"}})"},
      {.name = "sagemaker_csv",
       .target = "/invocations?model=plain",
       .good = "2,3\n",
       .headers = "Content-Type: text/csv\r\n",
       .told_with = R"({"error_code":")"},
      {.name = "sagemaker_lines",
       .target = "/models/plain/invoke",
       .good = R"({"features":[2,3]})",
       .headers = "Content-Type: application/jsonlines\r\n",
       .told_with = R"({"error_code":")"},
      {.name = "vertex",
       .target = kVertexRoute,
       .good = R"({"instances":[[2,3]]})",
       .told_with = R"({"error":")",
       .urgent = R"({"parameters":{"priority":1},"instances":[)",
       .for_another = R"({"instances":[[2,3]],"parameters":{"method":"decision_function"}})"},
  };
}

class EveryWay : public testing::TestWithParam<Way> {
 protected:
  static ApiSettings settings() {
    ApiSettings settings;
    settings.platform.vertex_predict_route = kVertexRoute;
    return settings;
  }
  static std::string request(const Way& way, const std::string& body) {
    return test::HttpClient::request("POST", way.target, way.headers + "X-Request-Id: mine\r\n", body);
  }
  /// In the dialect's own shape.
  static void expect_told(const test::Reply& reply, int status, const std::string& detail) {
    EXPECT_EQ(reply.status, status) << reply.body;
    EXPECT_EQ(reply.header("Content-Type"), GetParam().told_as);
    EXPECT_THAT(reply.body, HasSubstr(GetParam().told_with));
    EXPECT_THAT(reply.body, HasSubstr(detail));
  }
};

TEST_P(EveryWay, WhoWouldBeTurnedAwayIsNotRead) {
  const Way& way = GetParam();
  ApiSettings one = settings();
  one.batching.max_queue_rows = 1;
  ApiTestServer server({{"plain", {"", ""}}}, one);
  test::HttpClient client = server.client();
  std::string burst = request(way, way.good) + request(way, "nothing that can be read");
  if (!way.urgent.empty()) burst += request(way, way.urgent);
  if (!way.for_another.empty()) burst += request(way, way.for_another);
  client.send(burst);  // one segment: all are there in one round
  EXPECT_EQ(client.receive().status, 200);
  const test::Reply refused = client.receive();
  expect_told(refused, way.busy, "the model's queue is full; try again later");
  EXPECT_EQ(refused.header("Retry-After"), "1");
  EXPECT_EQ(refused.header("X-Request-Id"), "mine");
  if (!way.urgent.empty()) {
    const test::Reply read = client.receive();
    EXPECT_EQ(read.status, 400) << "it may have been urgent";
    EXPECT_THAT(read.body, Not(HasSubstr("queue")));
  }
  if (!way.for_another.empty()) {
    EXPECT_EQ(client.receive().status, 200) << "it was for other batches";
  }
  EXPECT_THAT(client.get("/metrics").body, HasSubstr(R"(pelton_rejected_total{reason="overload"} 1)"));
  client.send(request(way, way.good));
  EXPECT_EQ(client.receive().status, 200) << "and then all is well again";
}

TEST_P(EveryWay, WhoHasUsedUpItsQuotaIsNotRead) {
  const Way& way = GetParam();
  for (const bool rows : {false, true}) {
    ApiSettings frugal = settings();
    (rows ? frugal.quotas.rows : frugal.quotas.requests) = {.per_second = 0.01, .burst = 1};
    ApiTestServer server({{"plain", {"", ""}}}, frugal);
    test::HttpClient client = server.client();
    client.send(request(way, way.good) + request(way, "nothing that can be read"));
    EXPECT_EQ(client.receive().status, 200);
    const test::Reply refused = client.receive();
    expect_told(refused, 429, rows ? "more rows than a client may have" : "more requests than a client may have");
    EXPECT_EQ(refused.header("Retry-After"), "100");
    EXPECT_EQ(refused.header("X-Request-Id"), "mine");
    const std::string metrics = server.client().get("/metrics").body;
    EXPECT_THAT(metrics, HasSubstr(R"(pelton_rejected_total{reason="quota"} 1)"));
    EXPECT_THAT(metrics, HasSubstr(R"(code="429"} 1)"));
  }
}

TEST_P(EveryWay, WhatTheServerRefusesIsToldInTheDialectsWords) {
  const Way& way = GetParam();
  ApiTestServer server({{"plain", {"", ""}}}, settings(), nullptr, 1, [](http::ServerSettings& adjusted) {
    adjusted.limits.body_bytes = adjusted.limits.stream_bytes = 1000;
    adjusted.timeouts.body = std::chrono::milliseconds(150);
  });
  const test::Reply method = server.client().get(way.target);
  expect_told(method, 405, "GET is not offered here; allowed: POST, OPTIONS");
  EXPECT_EQ(method.header("Allow"), "POST, OPTIONS");
  expect_told(server.client().post(way.target, std::string(1001, '0'), way.headers), 413,
              "the body is longer than the limit");
  const std::string chunked = way.headers + "Transfer-Encoding: chunked\r\n";
  test::HttpClient pieces = server.client();
  pieces.send("POST " + way.target + " HTTP/1.1\r\nHost: a\r\n" + chunked + "\r\n3e9\r\n" + std::string(1001, '0'));
  expect_told(pieces.receive(), 413, "limit");
  expect_told(server.client().post(way.target, way.good, way.headers + "Content-Encoding: br\r\n"), 415,
              "Content-Encoding");
  if (!way.any_type) {
    expect_told(server.client().post(way.target, way.good, "Content-Type: image/png\r\n"), 415, "image/png");
  }
  test::HttpClient slow = server.client();
  slow.send("POST " + way.target + " HTTP/1.1\r\nHost: a\r\n" + way.headers + "Content-Length: 100\r\n\r\n[");
  expect_told(slow.receive(), 408, "the body did not arrive in time");
}

TEST_P(EveryWay, ADeadlineThatHasPassedIsTold) {
  ApiSettings short_of_time = settings();
  short_of_time.request_timeout = std::chrono::nanoseconds(1);
  ApiTestServer server({{"plain", {"", ""}}}, short_of_time);
  test::HttpClient client = server.client();
  client.send(request(GetParam(), GetParam().good));
  expect_told(client.receive(), 504, "the deadline passed before the answer was there");
  EXPECT_THAT(client.get("/metrics").body, HasSubstr(R"(pelton_rejected_total{reason="deadline"} 1)"));
}

TEST_P(EveryWay, ADrainAnswersWhatWasAccepted) {
  const Way& way = GetParam();
  ApiSettings pooled = settings();
  pooled.batching.inline_limit = core::Duration(0);
  ApiTestServer server({{"plain", {"", ""}}}, pooled, nullptr, 2);
  std::atomic<int> answers{0};
  std::atomic<int> broken{0};
  std::thread caller([&] {
    try {
      test::HttpClient client = server.client();
      while (true) {
        client.send(request(way, way.good));
        const test::Reply reply = client.receive();
        if (reply.status != 200) ++broken;
        ++answers;
        if (reply.header("Connection") == "close") return;
      }
    } catch (const std::runtime_error&) {
      return;  // closed between two requests
    }
  });
  while (answers.load() < 3) std::this_thread::yield();
  EXPECT_TRUE(server.server().drain(std::chrono::seconds(60)));
  caller.join();
  EXPECT_EQ(broken.load(), 0);
}

INSTANTIATE_TEST_SUITE_P(Dialects, EveryWay, testing::ValuesIn(ways()),
                         [](const auto& param) { return param.param.name; });

/// A request that is wrong in five ways, and what tells of each.
struct Wrong {
  std::string name;
  std::string target;
  std::string body;
  std::string headers = "";
  std::vector<std::string> told;
  int status = 400;
};

std::vector<std::string> below(const std::string& place, const std::vector<std::string>& members) {
  std::vector<std::string> told;
  for (const std::string& member : members) told.push_back(place + "/" + member + (place.empty() ? "" : ":"));
  return told;
}

const char* const kLines = "Content-Type: application/x-ndjson\r\n";
const char* const kTable = "Content-Type: text/csv\r\n";

std::vector<Wrong> wrongs() {
  const std::string object = R"({"a":"one","b":[],"c":true,"d":{},"ee":5})";
  const std::vector<std::string> members{"a", "b", "c", "d", "ee"};
  const std::string row = R"(["u","v","w","x","y"])";
  const std::vector<std::string> places{"0", "1", "2", "3", "4"};
  const std::string columns = R"({"a":["u"],"b":["v"],"c":["w"],"d":["x"],"ee":[1]})";
  const std::string table = "a,b,c,d,e\n1,2,3,4,5\nu,v,w,x,y\n";
  const std::vector<std::string> cells{R"(\"u\")", R"(\"v\")", R"(\"w\")", R"(\"x\")", R"(\"y\")"};
  const std::string frame = R"({"columns":["a","b","c","d","e"],"data":[)" + row + "]}";
  const auto quoted = [](std::vector<std::string> told, const std::string& before, const std::string& after) {
    for (std::string& each : told) each = before + each.substr(0, each.find(':')) + after;
    return told;
  };
  return {
      {.name = "native_json",
       .target = "/predict",
       .body = R"({"x":[)" + object + "]}",
       .told = quoted(below("/x/0", members), "\"", "\""),
       .status = 422},
      {.name = "native_ndjson",
       .target = "/predict",
       .body = object + "\n",
       .headers = kLines,
       .told = quoted(below("", members), "\"", "\""),
       .status = 422},
      {.name = "native_csv", .target = "/predict", .body = table, .headers = kTable, .told = cells, .status = 422},
      {.name = "native_query",
       .target = "/predict?method=x&priority=101&timeout_ms=-1&dtype=int&a=b",
       .body = R"({"x":[1,2,3,4,5]})",
       .told = {"option method", "option priority", "option timeout_ms", "option dtype", R"(option \"a\")"},
       .status = 422},
      {.name = "v1_instances",
       .target = "/v1/models/five:predict",
       .body = R"({"instances":[)" + object + "]}",
       .told = below("/instances/0", members)},
      {.name = "v1_inputs",
       .target = "/v1/models/five:predict",
       .body = R"({"inputs":)" + columns + "}",
       .told = {"/inputs/a/0:", "/inputs/b/0:", "/inputs/c/0:", "/inputs/d/0:", "/inputs/ee:"}},
      {.name = "v1_examples",
       .target = "/v1/models/five:regress",
       .body = R"({"context":{"f":1,"a":"u"},"examples":[{"b":"v","c":{},"d":true,"e":5}],"signature_name":3})",
       .told = {"/context/f:", "/context/a:", "/examples/0/b:", "/examples/0/c:", "/examples/0/d:",
                "/signature_name:"}},
      {.name = "v2_one_input",
       .target = "/v2/models/five/infer",
       .body = R"({"inputs":[{"name":"input","shape":[1,5],"datatype":"FP64","data":)" + row + "}]}",
       .told = below("/inputs/0/data", places)},
      {.name = "v2_many_inputs",
       .target = "/v2/models/five/infer",
       .body = R"({"inputs":[{"name":"a","shape":[1],"datatype":"FP64","data":["u"]},)"
               R"({"name":"b","shape":[2],"datatype":"FP64","data":[1,2]},)"
               R"({"name":"c","shape":[1],"datatype":"FP63","data":[1]},)"
               R"({"name":"d","shape":[1],"datatype":"FP64"},)"
               R"({"name":"ee","shape":[1],"datatype":"FP64","data":[1]}]})",
       .told = {"/inputs/0/data", "/inputs/1/shape", "/inputs/2/datatype", "/inputs/3:", "/inputs/4"}},
      {.name = "v2_generate",
       .target = "/v2/models/five/generate",
       .body = R"({"a":"u","b":{},"c":"w","d":[],"ee":1})",
       .told = {"/a", "/b", "/c", "/d", "/ee"}},
      {.name = "mlflow_split",
       .target = "/invocations",
       .body = R"({"dataframe_split":)" + frame + "}",
       .told = below("/dataframe_split/data/0", places)},
      {.name = "mlflow_records",
       .target = "/invocations",
       .body = R"({"dataframe_records":[)" + object + "]}",
       .told = below("/dataframe_records/0", members)},
      {.name = "mlflow_instances",
       .target = "/invocations",
       .body = R"({"instances":[)" + row + "]}",
       .told = below("/instances/0", places)},
      {.name = "mlflow_inputs",
       .target = "/invocations",
       .body = R"({"inputs":)" + columns + "}",
       .told = {"/inputs/a/0:", "/inputs/b/0:", "/inputs/c/0:", "/inputs/d/0:", "/inputs/ee:"}},
      {.name = "mlflow_csv", .target = "/invocations", .body = table, .headers = kTable, .told = cells},
      {.name = "mlflow_query",
       .target = "/invocations?method=x&priority=101&timeout_ms=-1&a=b&c=d",
       .body = R"({"inputs":[[1,2,3,4,5]]})",
       .told = {"option method", "option priority", "option timeout_ms", R"(option \"a\")", R"(option \"c\")"}},
      {.name = "sagemaker_csv",
       .target = "/models/five/invoke",
       .body = "1,2,3,4,5\nu,v,w,x,y\n",
       .headers = kTable,
       .told = cells},
      {.name = "sagemaker_lines",
       .target = "/models/five/invoke",
       .body = R"({"features":)" + row + "}\n",
       .headers = kLines,
       .told = {"/0:", "/1:", "/2:", "/3:", "/4:"}},
      {.name = "vertex",
       .target = kVertexRoute,
       .body = R"({"instances":[{"a":"u","b":[]}],"parameters":{"method":1,"priority":"x"},"instance":1})",
       .told = {"/instances/0/a:", "/instances/0/b:", "/parameters/method:", "/parameters/priority:", "/instance:"}},
  };
}

class WrongInFiveWays : public testing::TestWithParam<Wrong> {};

TEST_P(WrongInFiveWays, AllFiveAreNamed) {
  const Wrong& wrong = GetParam();
  ApiSettings settings;
  settings.platform.vertex_predict_route = kVertexRoute;
  ApiTestServer server({{"five", {"a", "b", "c", "d", "e"}}}, settings);
  const test::Reply reply = server.client().post(wrong.target, wrong.body, wrong.headers);
  EXPECT_EQ(reply.status, wrong.status);
  for (const std::string& told : wrong.told) EXPECT_THAT(reply.body, HasSubstr(told));
}

INSTANTIATE_TEST_SUITE_P(Dialects, WrongInFiveWays, testing::ValuesIn(wrongs()),
                         [](const auto& param) { return param.param.name; });

}  // namespace
}  // namespace pelton::api
