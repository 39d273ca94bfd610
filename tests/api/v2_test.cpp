// Golden exchanges of the V2 dialect: what a client sends, and the exact reply.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "api_test_server.hpp"

namespace pelton::api {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string raw(std::initializer_list<double> values) {
  std::string bytes(values.size() * sizeof(double), '\0');
  std::memcpy(bytes.data(), values.begin(), bytes.size());
  return bytes;
}

class V2Test : public testing::Test {
 protected:
  test::Reply infer(const std::string& model, const std::string& body, const std::string& headers = "") {
    return client.post("/v2/models/" + model + "/infer", body, headers);
  }

  ApiTestServer server{{{"plain", {"", ""}}, {"named", {"age", "income"}}, {"shop", {"title~", "size"}}}};
  test::HttpClient client = server.client();
};

TEST_F(V2Test, TellsOfServerAndModels) {
  EXPECT_THAT(client.get("/v2").body, StartsWith(R"({"name":"pelton","version":")"));
  EXPECT_EQ(client.get("/v2/health/live").body, R"({"live":true})");
  EXPECT_EQ(client.get("/v2/health/ready").body, R"({"ready":true})");
  EXPECT_EQ(client.get("/v2/models/plain/ready").body, R"({"name":"plain","ready":true})");
  EXPECT_EQ(client.get("/v2/models/plain").body, R"({"name":"plain","versions":["1"],"platform":"pelton_",)"
                                                 R"("inputs":[{"name":"input","datatype":"FP64","shape":[-1,2]}],)"
                                                 R"("outputs":[{"name":"predict","datatype":"FP64","shape":[-1]}]})");
  EXPECT_THAT(client.get("/v2/models/shop/config").body,
              HasSubstr(R"("input":[{"name":"title","data_type":"TYPE_STRING","format":"FORMAT_NONE","dims":[1]},)"));
  const test::Reply unknown = client.get("/v2/models/plaim");
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(unknown.body,
            R"({"error":"Request for unknown model: no model named \"plaim\"; did you mean \"plain\"?"})");
}

TEST_F(V2Test, ReadsJson) {
  const std::string reply = R"({"model_name":"plain","model_version":"1","id":"7","outputs":[)"
                            R"({"name":"predict","datatype":"FP64","shape":[2],"data":[5.0,9.0]}]})";
  EXPECT_EQ(
      infer("plain", R"({"id":"7","inputs":[{"name":"x","shape":[2,2],"datatype":"FP64","data":[2,3,4,5]}]})").body,
      reply);
  EXPECT_EQ(
      infer("plain", R"({"inputs":[{"data":[[2,3],[4,5]],"datatype":"INT8","shape":[2,2],"name":"x"}],"id":"7"})").body,
      reply);
  EXPECT_EQ(infer("named", R"({"inputs":[{"name":"income","shape":[1],"datatype":"FP32","data":[3]},)"
                           R"({"name":"age","shape":[1,1],"datatype":"UINT16","data":[2]}]})")
                .body,
            R"({"model_name":"named","model_version":"1","outputs":[)"
            R"({"name":"predict","datatype":"FP64","shape":[1],"data":[5.0]}]})");
  EXPECT_EQ(infer("shop", R"({"inputs":[{"name":"title","shape":[1],"datatype":"BYTES","data":["three"]},)"
                          R"({"name":"size","shape":[1],"datatype":"FP64","data":[2]}],)"
                          R"("outputs":[{"name":"decision_function"},{"name":"predict"}]})")
                .body,
            R"({"model_name":"shop","model_version":"1","outputs":[)"
            R"({"name":"decision_function","datatype":"FP64","shape":[1,2],"data":[5.0,2.0]},)"
            R"({"name":"predict","datatype":"FP64","shape":[1],"data":[7.0]}]})");
}

TEST_F(V2Test, ReadsAndWritesBytes) {
  const std::string json = R"({"inputs":[{"name":"x","shape":[1,2],"datatype":"FP64","parameters":)"
                           R"({"binary_data_size":16}}],"parameters":{"binary_data_output":true}})";
  const std::string length = "Inference-Header-Content-Length: " + std::to_string(json.size()) + "\r\n";
  const test::Reply reply = infer("plain", json + raw({2, 3}), length);
  const std::string head = R"({"model_name":"plain","model_version":"1","outputs":[)"
                           R"({"name":"predict","datatype":"FP64","shape":[1],"parameters":{"binary_data_size":8}}]})";
  EXPECT_EQ(reply.body, head + raw({5}));
  EXPECT_EQ(reply.header("Inference-Header-Content-Length"), std::to_string(head.size()));
  EXPECT_EQ(reply.header("Content-Type"), "application/octet-stream");
  EXPECT_EQ(infer("plain", raw({2, 3}), "Inference-Header-Content-Length: 0\r\n").body, head + raw({5}));
}

TEST_F(V2Test, TellsBestClasses) {
  EXPECT_THAT(infer("plain", R"({"inputs":[{"name":"x","shape":[1,2],"datatype":"FP64","data":[2,3]}],)"
                             R"("outputs":[{"name":"decision_function","parameters":{"classification":1}}]})")
                  .body,
              HasSubstr(R"("datatype":"BYTES","shape":[1,1],"data":["3.0:1"])"));
}

TEST_F(V2Test, NamesEveryMistake) {
  const test::Reply reply =
      infer("plain", R"({"inputs":[{"name":"x","shape":[1,2],"datatype":"INT8","data":["a",300]}],)"
                     R"("outputs":[{"name":"predicts"}],"parameters":{"sequence_id":1,"timeout":-1}})");
  EXPECT_EQ(reply.status, 400);
  EXPECT_THAT(reply.body,
              StartsWith(R"({"error":"/inputs/0/data/0: input \"input\": expected an integer (INT8), got a )"
                         R"(string; /inputs/0/data/1: input \"input\": 300 is out of range for INT8; )"
                         R"(/outputs/0/name: unknown output \"predicts\"; did you mean \"predict\"?)"));
  EXPECT_THAT(reply.body, HasSubstr("/parameters/sequence_id: sequences are not supported"));
  EXPECT_THAT(reply.body, HasSubstr("/parameters/timeout: expected a whole number of microseconds"));
  EXPECT_EQ(infer("plain", R"({"inputs":[)").status, 400);
  EXPECT_THAT(infer("plain", R"({"inputs":[{"name":"x","shape":[2,2],"datatype":"FP64","data":[[1,2],[3]]}]})").body,
              HasSubstr("/inputs/0/data/1: input \\\"input\\\": the shape tells of 2 elements here, the data hold 1"));
}

TEST_F(V2Test, Generates) {
  EXPECT_EQ(client.post("/v2/models/named/generate", R"({"age":2,"income":3,"id":"a"})").body,
            R"({"model_name":"named","model_version":"1","id":"a","predict":5.0})");
  EXPECT_EQ(client.post("/v2/models/plain/generate", R"({"input":[[2,3],[4,5]]})").body,
            R"({"model_name":"plain","model_version":"1","predict":[5.0,9.0]})");
  EXPECT_EQ(client.post("/v2/models/named/generate", R"({"age":2,"incom":3})").body,
            R"({"error":"/incom: unknown input \"incom\"; did you mean \"income\"?"})");
  EXPECT_EQ(client.post("/v2/models/named/generate_stream", "{}").status, 400);
}

TEST_F(V2Test, CountsWhatWasDone) {
  infer("plain", R"({"inputs":[{"name":"x","shape":[2,2],"datatype":"FP64","data":[2,3,4,5]}]})");
  client.post("/predict/plain", R"({"x":[2,3]})");
  const std::string body = client.get("/v2/models/plain/stats").body;
  EXPECT_THAT(body, HasSubstr(R"("inference_count":3,"execution_count":2,"inference_stats":{"success":{"count":2,)"));
  EXPECT_THAT(body, HasSubstr(R"("batch_stats":[{"batch_size":1,"compute_input":{"count":1,)"));
}

TEST_F(V2Test, RefusesWhatItDoesNotDo) {
  EXPECT_EQ(client.get("/v2/systemsharedmemory/status").body, "[]");
  EXPECT_EQ(client.post("/v2/cudasharedmemory/region/a/register", "{}").status, 400);
  EXPECT_EQ(client.post("/v2/logging", R"({"log_verbose_level":3})").status, 400);
  EXPECT_EQ(client.post("/v2/trace/setting", R"({"trace_level":"OFF"})").status, 200);
  EXPECT_EQ(client.post("/v2/repository/index", "").body, R"({"error":"this server's models cannot be changed"})");
}

}  // namespace
}  // namespace pelton::api
