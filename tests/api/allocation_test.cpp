// Once warm, a request allocates nothing: from the socket through codec, batcher and model and back.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>

#include "api_test_server.hpp"
#include "support/allocation_counter.hpp"

namespace pelton::api {
namespace {

/// Allocations of every thread but the caller's own.
std::size_t allocations_of_others() { return test::allocations() - test::allocations_of_this_thread(); }

struct Traffic {
  const char* name;
  const char* target;
  const char* headers;
  std::string body;
  bool in_pool = false;
};

std::string many_rows() {
  std::string body = R"({"x":[[1.25,2])";
  for (int i = 0; i < 200; ++i) body += ",[" + std::to_string(i) + ".5,-3e-2]";
  return body + "]}";
}

class AllocationTest : public testing::TestWithParam<Traffic> {};

TEST_P(AllocationTest, AWarmRequestAllocatesNothing) {
  const Traffic& traffic = GetParam();
  ApiSettings settings;
  settings.quotas.requests = settings.quotas.rows = {.per_second = 10'000'000, .burst = 1'000'000};
  if (traffic.in_pool) settings.batching.inline_limit = core::Duration(0);
  ApiTestServer server({{"plain", {"", ""}},
                        {"a_model_with_a_long_name", {"", ""}},
                        {"named", {"age", "income"}},
                        {"categories", {"color=red|green", "size"}},
                        {"texts", {"title~", "size"}}},
                       settings);
  test::HttpClient client = server.client();
  const std::string request = test::HttpClient::request("POST", traffic.target, traffic.headers, traffic.body);
  const auto ask = [&](int times) {
    for (int i = 0; i < times; ++i) {
      client.send(request);
      client.send(request);
      ASSERT_EQ(client.receive().status, 200);
      ASSERT_EQ(client.receive().status, 200);
    }
  };
  ask(200);
  // What is learned once (a batch that took long on a busy machine goes to the pool, whose first batch
  // needs memory) may still come; what every request needs would come each time.
  std::size_t fewest = SIZE_MAX;
  for (int window = 0; window < 3 && fewest != 0; ++window) {
    const std::size_t before = allocations_of_others();
    ask(500);
    fewest = std::min(fewest, allocations_of_others() - before);
  }
  EXPECT_EQ(fewest, 0U);
}

INSTANTIATE_TEST_SUITE_P(
    Requests, AllocationTest,
    testing::Values(
        Traffic{"one_row", "/predict", "", R"({"x":[2,3]})"},
        Traffic{"in_the_pool", "/predict", "", R"({"x":[2,3]})", true},
        Traffic{"many_rows", "/predict", "", many_rows()},
        Traffic{"named_model", "/predict/named", "X-Request-Id: 0123456789abcdef0123456789abcdef\r\n",
                R"({"x":{"income":3,"age":2},"id":"a-rather-long-identifier-of-the-callers-own"})"},
        Traffic{"categories", "/predict/categories", "", R"({"x":[{"color":"green","size":2},["red",1],[1,2]]})"},
        Traffic{"texts", "/predict/texts", "",
                R"({"x":[{"title":"a title of more than a few bytes","size":2},["with \u0022quotes\u0022",1]]})"},
        Traffic{"v1_rows", "/v1/models/a_model_with_a_long_name:predict", "",
                R"({"signature_name":"decision_function","instances":[[2,3],[4,5.5]]})"},
        Traffic{"v1_columns", "/v1/models/texts:predict", "", R"({"inputs":{"title":["a","b"],"size":[[1],2]}})"},
        Traffic{"v1_examples", "/v1/models/texts:regress", "",
                R"({"examples":[{"size":1},{"size":2}],"context":{"title":{"b64":"YSByYXRoZXIgbG9uZyB0aXRsZQ=="}}})"},
        Traffic{"mlflow_split", "/invocations?model=named", "",
                R"({"dataframe_split":{"columns":["income","age"],"data":[[1,2]]},"params":{"method":"predict"}})"},
        Traffic{"sagemaker_lines", "/models/a_model_with_a_long_name/invoke", "Content-Type: application/jsonlines\r\n",
                "{\"features\":[2,3]}\n[2,3]\n"},
        Traffic{
            "v2_json", "/v2/models/plain/infer", "",
            R"({"inputs":[{"name":"a-name-of-the-callers-own","shape":[2,2],"datatype":"FP32","data":[1,2.5,3,4]}]})"},
        Traffic{
            "v2_columns", "/v2/models/texts/infer", "",
            R"({"inputs":[{"name":"title","shape":[1],"datatype":"BYTES","data":["a title of more than a few bytes"]},)"
            R"({"name":"size","shape":[1],"datatype":"FP64","data":[2]}],"outputs":[{"name":"decision_function"}]})"},
        Traffic{"margins", "/predict", "", R"({"method":"decision_function","x":[2,3]})"}),
    [](const auto& param) { return std::string(param.param.name); });

}  // namespace
}  // namespace pelton::api
