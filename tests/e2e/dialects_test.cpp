// One row of mixed columns with a value missing, asked of a real model in every dialect.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <stdexcept>
#include <string>

#include "listening.hpp"
#include "support/http_client.hpp"
#include "support/process.hpp"

namespace pelton {
namespace {

constexpr const char* kTable = "Content-Type: text/csv\r\n";

class LoansInEveryDialect : public testing::Test {
 protected:
  LoansInEveryDialect()
      : server_({"/usr/bin/env", "AIP_PREDICT_ROUTE=/vertex", PELTON_BINARY, "serve",
                 "loans=" PELTON_SOURCE_DIR "/tests/e2e/fixtures/loans.onnx", "--port", "0", "--threads", "1"}),
        client_(port_of(server_)) {}
  ~LoansInEveryDialect() override {
    server_.signal(SIGTERM);
    EXPECT_EQ(server_.wait(), 0);
  }

  /// The innermost list behind `before` in the answer; without its brackets.
  std::string values(const std::string& target, const std::string& body, const std::string& before,
                     const std::string& headers = {}) {
    const test::Reply reply = client_.post(target, body, headers);
    EXPECT_EQ(reply.status, 200) << target << ' ' << reply.body;
    std::size_t at = reply.body.find(before);
    if (at == std::string::npos) return "no " + before + " in " + reply.body;
    at = reply.body.find_first_not_of('[', at + before.size());
    return reply.body.substr(at, reply.body.find_first_of("]\n", at) - at);
  }

  test::Process server_;
  test::HttpClient client_;
};

TEST_F(LoansInEveryDialect, AMissingValueAndAllDigitsGiveTheSameBits) {
  const std::string object = R"({"income":5.18750972275154,"member":false,"city":"Oslo","age":null})";
  const std::string list = R"([null,5.18750972275154,false,"Oslo"])";
  const std::string columns = R"({"income":[5.18750972275154],"member":[false],"city":["Oslo"],"age":[null]})";
  const std::string table = "city,member,income,age\nOslo,false,5.18750972275154,\n";
  const std::string split =
      R"({"columns":["city","age","member","income"],"data":[["Oslo",null,false,5.18750972275154]]})";
  const auto v2 = [](const char* age) {
    return std::string(R"({"outputs":[{"name":"predict_proba"}],"inputs":[)"
                       R"({"name":"age","shape":[1,1],"datatype":"FP64","data":[)")
        .append(age)
        .append(R"(]},{"name":"income","shape":[1,1],"datatype":"FP64","data":[5.18750972275154]},)"
                R"({"name":"member","shape":[1,1],"datatype":"BOOL","data":[false]},)"
                R"({"name":"city","shape":[1,1],"datatype":"BYTES","data":["Oslo"]}]})");
  };
  const std::string expected = values("/predict", R"({"method":"predict_proba","x":)" + object + "}", R"("result":)");
  EXPECT_THAT(expected, testing::MatchesRegex("0\\.[0-9]+,0\\.[0-9]+"));
  EXPECT_EQ(values("/predict/loans?method=predict_proba", R"({"x":[)" + list + "]}", R"("result":)"), expected);
  EXPECT_EQ(values("/predict?method=predict_proba", table, R"("result":)", kTable), expected);
  const std::string signature = R"({"signature_name":"predict_proba",)";
  EXPECT_EQ(values("/v1/models/loans:predict", signature + R"("instances":[)" + object + "]}", R"("predictions":)"),
            expected);
  EXPECT_EQ(values("/v1/models/loans:predict", signature + R"("inputs":)" + columns + "}", R"("outputs":)"), expected);
  EXPECT_EQ(values("/v2/models/loans/infer", v2("null"), R"("data":)"), expected);
  EXPECT_EQ(values("/v2/models/loans/infer", v2("NaN"), R"("data":)"), expected);
  EXPECT_EQ(values("/v2/models/loans/generate", object, R"("predict_proba":)"), expected);
  const std::string params = R"(,"params":{"method":"predict_proba"}})";
  EXPECT_EQ(values("/invocations", R"({"dataframe_split":)" + split + params, R"("predictions":)"), expected);
  EXPECT_EQ(values("/invocations", R"({"dataframe_records":[)" + object + "]" + params, R"("predictions":)"), expected);
  EXPECT_EQ(values("/invocations?method=predict_proba", table, "", std::string(kTable) + "Accept: text/csv\r\n"),
            expected);
  EXPECT_EQ(values("/models/loans/invoke?method=predict_proba", R"({"features":)" + list + "}\n", R"("prediction":)",
                   "Content-Type: application/jsonlines\r\n"),
            expected);
  EXPECT_EQ(values("/vertex", R"({"instances":[)" + object + R"(],"parameters":{"method":"predict_proba"}})",
                   R"("predictions":)"),
            expected);
}

}  // namespace
}  // namespace pelton
