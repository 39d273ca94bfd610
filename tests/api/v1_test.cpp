// TensorFlow Serving's and KServe's V1, request by request: each reply is told to the byte.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api_test_server.hpp"

namespace pelton::api {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class V1Test : public testing::Test {
 protected:
  test::Reply ask(std::string_view target, std::string_view body) { return client.post(target, body); }

  ApiTestServer server{{{"plain", {"", ""}},
                        {"named", {"age", "income"}},
                        {"one", {"x"}},
                        {"shop", {"title~", "size"}},
                        {"flower", {"width", "length", "!setosa|1"}},
                        {"many:1", {""}},
                        {"many:2", {"", "", ""}}}};
  test::HttpClient client = server.client();
};

TEST_F(V1Test, RowsGoAsInstancesAndComeBackAsPredictions) {
  const test::Reply reply = ask("/v1/models/plain:predict", R"({"instances":[[2,3],[4,5]]})");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, R"({"predictions":[5.0,9.0]})");
  EXPECT_EQ(reply.header("Content-Type"), "application/json");
  EXPECT_EQ(ask("/v1/models/plain:predict", R"({"instances":[[2,3]]})").body, R"({"predictions":[5.0]})");
  EXPECT_EQ(ask("/v1/models/named:predict", R"({"instances":[{"income":3,"age":2},{"age":[4],"income":[5.5]}]})").body,
            R"({"predictions":[5.0,9.5]})");
  EXPECT_EQ(ask("/v1/models/named:predict", R"({"instances":[[3,2]]})").body, R"({"predictions":[5.0]})");
}

TEST_F(V1Test, OneFeatureMayComeBare) {
  EXPECT_EQ(ask("/v1/models/one:predict", R"({"instances":[1.0,2.0,[5]]})").body, R"({"predictions":[1.0,2.0,5.0]})");
  EXPECT_EQ(ask("/v1/models/one:predict", R"({"inputs":[1.5,{"x":2}]})").body, R"({"outputs":[1.5,2.0]})");
  EXPECT_EQ(ask("/v1/models/plain:predict", R"({"instances":[1,2]})").body,
            R"({"error":"/instances/0: expected a row (a list or an object), got a number; /instances/1: expected a )"
            R"(row (a list or an object), as the first is, got a number"})");
}

TEST_F(V1Test, ColumnsGoAsInputsAndComeBackAsOutputs) {
  EXPECT_EQ(ask("/v1/models/named:predict", R"({"inputs":{"income":[3,5],"age":[[2],[4]]}})").body,
            R"({"outputs":[5.0,9.0]})");
  EXPECT_EQ(ask("/v1/models/plain:predict", R"({"inputs":[[2,3]]})").body, R"({"outputs":[5.0]})");
  EXPECT_EQ(ask("/v1/models/shop:predict", R"({"inputs":{"title":["abc",{"b64":"aGVsbG8="}],"size":[1,2]}})").body,
            R"({"outputs":[4.0,7.0]})");
  EXPECT_EQ(ask("/v1/models/named:predict", R"({"inputs":{"age":[1,2],"income":[1]}})").body,
            R"({"error":"/inputs/income: expected 2 values, as the first column has, got 1"})");
  EXPECT_EQ(ask("/v1/models/named:predict", R"({"inputs":{"age":[1,2],"income":5,"incme":[1,2]}})").body,
            R"({"error":"/inputs/income: expected a list with one value a row, got a number; /inputs/incme: unknown )"
            R"(feature \"incme\"; did you mean \"income\"?"})");
  EXPECT_EQ(ask("/v1/models/named:predict", R"({"inputs":{"age":[]}})").body,
            R"({"error":"/inputs/age: expected at least one value; /inputs: missing feature \"income\""})");
  EXPECT_EQ(ask("/v1/models/plain:predict", R"({"inputs":{"a":[1]}})").body,
            R"({"error":"/inputs: the model knows its features by position: expected a list of rows, got an object"})");
}

TEST_F(V1Test, SignaturesChooseTheMethod) {
  EXPECT_EQ(ask("/v1/models/plain:predict", R"({"signature_name":"serving_default","instances":[[2,3]]})").body,
            R"({"predictions":[5.0]})");
  EXPECT_EQ(ask("/v1/models/plain:predict", R"({"instances":[[2,3]],"signature_name":"decision_function"})").body,
            R"({"predictions":[[2.0,3.0]]})");
  EXPECT_EQ(
      ask("/v1/models/shop:predict", R"({"inputs":{"size":[3],"title":["ab"]},"signature_name":"decision_function"})")
          .body,
      R"({"outputs":[[2.0,3.0]]})");
  const test::Reply unknown = ask("/v1/models/plain:predict", R"({"signature_name":"predct","instances":[[2,3]]})");
  EXPECT_EQ(unknown.status, 400);
  EXPECT_EQ(unknown.body,
            R"({"error":"/signature_name: unknown signature \"predct\"; did you mean \"predict\"? (this model has: )"
            "serving_default, predict, decision_function)\"}");
  EXPECT_EQ(ask("/v1/models/plain:predict", R"({"signature_name":3,"instances":[[2,3]]})").body,
            R"({"error":"/signature_name: expected a string, got a number"})");
}

TEST_F(V1Test, ClassifiersAnswerLabelsScoresAndProbabilities) {
  EXPECT_EQ(ask("/v1/models/flower:predict", R"({"instances":[[3,1],[1,3]]})").body, R"({"predictions":["setosa",1]})");
  EXPECT_EQ(ask("/v1/models/flower:predict", R"({"instances":[[3,1]],"signature_name":"predict_proba"})").body,
            R"({"predictions":[[0.75,0.25]]})");
  EXPECT_EQ(
      ask("/v1/models/flower:classify", R"({"examples":[{"width":3,"length":1},{"width":[1],"length":[3]}]})").body,
      R"({"results":[[["setosa",0.75],["1",0.25]],[["setosa",0.25],["1",0.75]]]})");
  EXPECT_EQ(ask("/v1/models/flower:classify", R"({"examples":[{"width":3},{"width":1}],"context":{"length":1}})").body,
            R"({"results":[[["setosa",0.75],["1",0.25]],[["setosa",0.5],["1",0.5]]]})");
  EXPECT_EQ(ask("/v1/models/flower:regress", R"({"examples":[{"width":3,"length":1}]})").body,
            R"({"error":"this model is a classifier: ask :predict or :classify"})");
  EXPECT_EQ(ask("/v1/models/plain:classify", R"({"examples":[[1,2]]})").body,
            R"({"error":"this model is no classifier: ask :predict or :regress"})");
  EXPECT_EQ(ask("/v1/models/flower:classify", R"({"examples":[[1,2]],"signature_name":"predict"})").body,
            R"({"error":"the signature predict of this model gives no score for each class: ask :predict"})");
}

TEST_F(V1Test, RegressorsAnswerNumbersToExamplesAndTheirContext) {
  EXPECT_EQ(ask("/v1/models/one:regress",
                R"({"signature_name":"tensorflow/serving/regress","examples":[{"x":1.0},{"x":2.0}]})")
                .body,
            R"({"results":[1.0,2.0]})");
  EXPECT_EQ(ask("/v1/models/named:regress", R"({"context":{"age":40},"examples":[{"income":1},{"income":2}]})").body,
            R"({"results":[41.0,42.0]})");
  EXPECT_EQ(ask("/v1/models/shop:regress", R"({"context":{"title":"abcde"},"examples":[{"size":1},{"size":2}]})").body,
            R"({"results":[6.0,7.0]})");
  EXPECT_EQ(ask("/v1/models/named:regress", R"({"context":{"age":40},"examples":[{"income":1,"age":2},{}]})").body,
            R"({"error":"/examples/0/age: the name is given twice; /examples/1: missing feature \"income\""})");
  EXPECT_EQ(ask("/v1/models/named:regress", R"({"context":{"agee":40}})").body,
            R"({"error":"/context/agee: unknown feature \"agee\"; did you mean \"age\"?; the member \"examples\" is )"
            R"(missing: it holds the list of rows"})");
  EXPECT_EQ(ask("/v1/models/named:regress", R"({"examples":[]})").body,
            R"({"error":"/examples: expected at least one row"})");
}

TEST_F(V1Test, BinaryValuesAreTextsAndNeverNumbers) {
  EXPECT_EQ(ask("/v1/models/shop:predict", R"({"instances":[{"title":{"b64":"aGVsbG8="},"size":1}]})").body,
            R"({"predictions":[6.0]})");
  EXPECT_EQ(ask("/v1/models/shop:predict", R"({"instances":[[{"b64":"aGVsbG8="},1]]})").body,
            R"({"predictions":[6.0]})");
  EXPECT_EQ(
      ask("/v1/models/shop:predict",
          R"({"instances":[["a",{"b64":"aGVsbG8="}],[{"b64":"?"},1],[{"b64":"/w=="},1],[{"b65":""},1],[{"b64":"","c":1},1]]})")
          .body,
      R"({"error":"/instances/0/1: expected a number, got binary data; /instances/1/0: the data is not base64; )"
      R"(/instances/2/0: the text is not UTF-8; /instances/3/0: expected a text, got an object; )"
      R"(/instances/4/0: nothing may stand beside \"b64\""})");
}

TEST_F(V1Test, EveryBadFieldIsNamedAtOnce) {
  const test::Reply reply =
      ask("/v1/models/named:predict",
          R"({"instances":[{"age":"old","income":1},{"agee":1,"income":[1,2]},[1],7],"instancs":1})");
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(
      reply.body,
      R"({"error":"/instances/0/age: expected a number, got a string; /instances/1/agee: unknown feature \"agee\"; )"
      R"(did you mean \"age\"?; /instances/1/income: expected a number, got a list of 2 values; /instances/1: )"
      R"(missing feature \"age\"; /instances/2: expected 2 values, got 1; /instances/3: expected a row (a list or )"
      R"(an object), as the first is, got a number; /instancs: unknown member \"instancs\"; did you mean )"
      R"(\"instances\"?"})");
  std::string many = R"({"instances":[)";
  for (int i = 0; i < 25; ++i) many += "[1],";
  EXPECT_THAT(ask("/v1/models/named:predict", many + "[1]]}").body, HasSubstr(" (and 6 further errors)\"}"));
}

TEST_F(V1Test, TheFormsOfABodyAreKeptApart) {
  EXPECT_EQ(ask("/v1/models/plain:predict", R"({"instances":[[2,3]],"inputs":[[2,3]]})").body,
            R"({"error":"\"instances\" and \"inputs\" are both given: a request has one of them"})");
  EXPECT_EQ(ask("/v1/models/plain:predict", R"({})").body,
            R"({"error":"the member \"instances\" (rows) or \"inputs\" (columns) is missing"})");
  EXPECT_EQ(ask("/v1/models/plain:predict", R"([[2,3]])").body,
            R"({"error":"expected an object such as {\"instances\":[[1,2]]}, got a list"})");
  EXPECT_EQ(ask("/v1/models/plain:predict", R"({"instances":[]})").body,
            R"({"error":"/instances: expected at least one row"})");
  EXPECT_EQ(ask("/v1/models/plain:predict", R"({"instances":5})").body,
            R"({"error":"/instances: expected a list of rows, got a number"})");
  EXPECT_EQ(ask("/v1/models/plain:predict", R"({"instances":[[2,3]})").body,
            R"({"error":"malformed JSON at byte 19 (line 1, column 20): expected ',' or ']'"})");
}

TEST_F(V1Test, VersionsAreAskedByNumberAndLabelsAreRefused) {
  EXPECT_EQ(ask("/v1/models/many:predict", R"({"instances":[[1,2,3]]})").body, R"({"predictions":[6.0]})");
  EXPECT_EQ(ask("/v1/models/many/versions/1:predict", R"({"instances":[1]})").body, R"({"predictions":[1.0]})");
  const test::Reply version = ask("/v1/models/many/versions/7:predict", R"({"instances":[1]})");
  EXPECT_EQ(version.status, 404);
  EXPECT_EQ(version.body, R"({"error":"model \"many\" has no version \"7\"; loaded: 1, 2"})");
  const test::Reply label = ask("/v1/models/many/labels/stable:predict", R"({"instances":[1]})");
  EXPECT_EQ(label.status, 400);
  EXPECT_EQ(label.body, R"({"error":"versions have no labels here (\"stable\"): ask for /versions/{number}, or leave )"
                        R"(it out for the newest"})");
}

TEST_F(V1Test, AnUnknownModelIsToldAsKServeTellsIt) {
  const test::Reply reply = ask("/v1/models/other:predict", R"({"instances":[[2,3]]})");
  EXPECT_EQ(reply.status, 404);
  EXPECT_EQ(reply.body, R"({"error":"Model with name other does not exist."})");
  EXPECT_EQ(client.get("/v1/models/nmaed").body,
            R"({"error":"Model with name nmaed does not exist. Did you mean named?"})");
  EXPECT_EQ(client.get("/v1/models/nmaed/metadata").status, 404);
}

TEST_F(V1Test, ModelsTellTheirStateToBothKindsOfClient) {
  EXPECT_EQ(client.get("/v1/models").body, R"({"models":["plain","named","one","shop","flower","many"]})");
  EXPECT_EQ(client.get("/v1/models/many").body,
            R"({"name":"many","ready":true,"model_version_status":[)"
            R"({"version":"2","state":"AVAILABLE","status":{"error_code":"OK","error_message":""}},)"
            R"({"version":"1","state":"AVAILABLE","status":{"error_code":"OK","error_message":""}}]})");
  EXPECT_EQ(client.get("/v1/models/many/versions/1").body,
            R"({"name":"many","ready":true,"model_version_status":[)"
            R"({"version":"1","state":"AVAILABLE","status":{"error_code":"OK","error_message":""}}]})");
}

TEST_F(V1Test, MetadataListsASignatureAMethod) {
  const std::string dim = R"({"size":"-1","name":""})";
  const std::string inputs = R"({"inputs":{"dtype":"DT_DOUBLE","tensor_shape":{"dim":[)" + dim +
                             R"(,{"size":"2","name":""}],"unknown_rank":false},"name":"inputs"}})";
  const std::string predict = R"({"inputs":)" + inputs + R"(,"outputs":{"predict":{"dtype":"DT_DOUBLE",)" +
                              R"("tensor_shape":{"dim":[)" + dim + R"(],"unknown_rank":false},"name":"predict"}},)" +
                              R"("method_name":"tensorflow/serving/predict"})";
  EXPECT_THAT(client.get("/v1/models/plain/metadata").body,
              StartsWith(R"({"model_spec":{"name":"plain","signature_name":"","version":"1"},)"
                         R"("metadata":{"signature_def":{"signature_def":{"serving_default":)" +
                         predict + R"(,"predict":)" + predict + R"(,"decision_function":)"));
  EXPECT_THAT(client.get("/v1/models/shop/versions/1/metadata").body,
              HasSubstr(R"("title":{"dtype":"DT_STRING","tensor_shape":{"dim":[{"size":"-1","name":""}],)"
                        R"("unknown_rank":false},"name":"title"})"));
  EXPECT_THAT(client.get("/v1/models/flower/metadata").body, HasSubstr(R"("predict":{"dtype":"DT_STRING")"));
}

TEST_F(V1Test, ExplanationsAreRefusedWhereThereAreNone) {
  const test::Reply reply = ask("/v1/models/plain:explain", R"({"instances":[[2,3]]})");
  EXPECT_EQ(reply.status, 501);
  EXPECT_EQ(reply.body, R"({"error":"explanations are not offered by model \"plain\""})");
}

TEST_F(V1Test, TakesTheBodyOfCurlAndRefusesOtherTypes) {
  EXPECT_EQ(client
                .post("/v1/models/plain:predict", R"({"instances":[[2,3]]})",
                      "Content-Type: application/x-www-form-urlencoded\r\n")
                .body,
            R"({"predictions":[5.0]})");
  const test::Reply csv = client.post("/v1/models/plain:predict", "2,3\n", "Content-Type: text/csv\r\n");
  EXPECT_EQ(csv.status, 415);
  EXPECT_EQ(csv.body, R"({"error":"content type \"text/csv\" is not read here; expected application/json"})");
}

TEST_F(V1Test, RoutesKeepTheirVerbs) {
  EXPECT_EQ(client.get("/v1/models/plain:predict").status, 405);
  EXPECT_EQ(client.exchange("OPTIONS", "/v1/models/plain:predict", "", "").header("Allow"), "POST, OPTIONS");
  EXPECT_EQ(client.exchange("HEAD", "/v1/models", "", "").status, 200);
  EXPECT_EQ(client.exchange("DELETE", "/v1/models/plain", "", "").status, 405);
}

TEST(V1LimitsTest, TooManyRowsAndAFullQueueAreToldInItsShape) {
  ApiSettings settings;
  settings.read.max_rows = 2;
  settings.batching.max_queue_rows = 1;
  ApiTestServer server({{"plain", {"", ""}}}, settings);
  test::HttpClient client = server.client();
  EXPECT_EQ(client.post("/v1/models/plain:predict", R"({"instances":[[1,2],[1,2],[1,2]]})").body,
            R"({"error":"too many rows: at most 2 are taken in one request"})");
  EXPECT_EQ(client.post("/v1/models/plain:predict", R"({"instances":[[1,2],[1,2],[1,2]]})").status, 413);
  const std::string one = test::HttpClient::request("POST", "/v1/models/plain:predict", "", R"({"instances":[[1,2]]})");
  client.send(one + one);  // both of one round: the second finds the queue full
  EXPECT_EQ(client.receive().status, 200);
  const test::Reply full = client.receive();
  EXPECT_EQ(full.status, 429);
  EXPECT_EQ(full.body, R"({"error":"the model's queue is full; try again later"})");
  EXPECT_EQ(full.header("Retry-After"), "1");
}

}  // namespace
}  // namespace pelton::api
