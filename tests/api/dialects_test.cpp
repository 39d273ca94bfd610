// What every dialect does alike, each in its own words.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
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
                      R"("outputs":[{"name":"decision_function"}]})"},
      {.name = "v2_raw",
       .target = "/v2/models/plain/infer",
       .good = raw,
       .headers = "Inference-Header-Content-Length: 0\r\n",
       .told_with = R"({"error":")"},
      {.name = "v2_generate",
       .target = "/v2/models/plain/generate",
       .good = R"({"input":[2,3]})",
       .told_with = R"({"error":")",
       .urgent = R"({"parameters":{"priority":1},"input":[)"},
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

INSTANTIATE_TEST_SUITE_P(Dialects, EveryWay, testing::ValuesIn(ways()),
                         [](const auto& param) { return param.param.name; });

}  // namespace
}  // namespace pelton::api
