// One row through every dialect and form: the same bits, the same label.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <regex>
#include <string>
#include <vector>

#include "api_test_server.hpp"

namespace pelton::api {
namespace {

using testing::HasSubstr;

const std::string kVertexRoute = "/vertex";
const char* const kLines = "Content-Type: application/x-ndjson\r\n";
const char* const kTable = "Content-Type: text/csv\r\n";

/// A way to ask "flowers" what METHOD (stands for the method's name) gives of the one row, and where its answer begins.
struct Asking {
  std::string name;
  std::string target;
  std::string body;
  std::string headers = "";
  std::string before;
};

constexpr double kRow[]{0.1, 0.30000000000000004, 1.0 / 3};

std::string with(std::string text, const std::string& method) {
  for (std::size_t at; (at = text.find("METHOD")) != std::string::npos;) text.replace(at, 6, method);
  return text;
}

std::string bytes_of_row() { return {reinterpret_cast<const char*>(kRow), sizeof kRow}; }

std::vector<Asking> askings() {
  const std::string list = "[0.1,0.30000000000000004,0.3333333333333333]";
  const std::string object = R"({"b":0.30000000000000004,"a":0.1,"c":0.3333333333333333})";
  const std::string columns = R"({"b":[0.30000000000000004],"a":[0.1],"c":[0.3333333333333333]})";
  const std::string table = "c,a,b\n0.3333333333333333,0.1,0.30000000000000004\n";
  const std::string split = R"({"columns":["c","a","b"],"data":[[0.3333333333333333,0.1,0.30000000000000004]]})";
  const std::string head =
      R"({"inputs":[{"name":"input","shape":[1,3],"datatype":"FP64","parameters":{"binary_data_size":24}}],)"
      R"("outputs":[{"name":"METHOD"}]})";
  const auto v2 = [](const std::string& inputs) {
    return R"({"outputs":[{"name":"METHOD"}],"inputs":[)" + inputs + "]}";
  };
  return {
      {.name = "native_object",
       .target = "/predict",
       .body = R"({"x":)" + object + R"(,"method":"METHOD"})",
       .before = R"("result":)"},
      {.name = "native_list",
       .target = "/predict?method=METHOD",
       .body = R"({"x":[)" + list + "]}",
       .before = R"("result":)"},
      {.name = "native_ndjson",
       .target = "/predict?method=METHOD",
       .body = object + "\n",
       .headers = kLines,
       .before = R"("result":)"},
      {.name = "native_csv",
       .target = "/predict?method=METHOD",
       .body = table,
       .headers = kTable,
       .before = "result\":"},
      {.name = "native_raw",
       .target = "/predict?method=METHOD",
       .body = bytes_of_row(),
       .headers = "Content-Type: application/octet-stream\r\n",
       .before = R"("result":)"},
      {.name = "v1_instances",
       .target = "/v1/models/flowers:predict",
       .body = R"({"signature_name":"METHOD","instances":[)" + list + "]}",
       .before = R"("predictions":)"},
      {.name = "v1_inputs",
       .target = "/v1/models/flowers:predict",
       .body = R"({"signature_name":"METHOD","inputs":)" + columns + "}",
       .before = R"("outputs":)"},
      {.name = "v2_one_input",
       .target = "/v2/models/flowers/infer",
       .body = v2(R"({"name":"input","shape":[1,3],"datatype":"FP64","data":)" + list + "}"),
       .before = R"("data":)"},
      {.name = "v2_many_inputs",
       .target = "/v2/models/flowers/infer",
       .body = v2(R"({"name":"b","shape":[1],"datatype":"FP64","data":[0.30000000000000004]},)"
                  R"({"name":"a","shape":[1],"datatype":"FP64","data":[0.1]},)"
                  R"({"name":"c","shape":[1,1],"datatype":"FP64","data":[[0.3333333333333333]]})"),
       .before = R"("data":)"},
      {.name = "v2_binary",
       .target = "/v2/models/flowers/infer",
       .body = head + bytes_of_row(),
       .before = R"("data":)"},
      {.name = "v2_generate", .target = "/v2/models/flowers/generate", .body = object, .before = R"("METHOD":)"},
      {.name = "mlflow_split",
       .target = "/invocations",
       .body = R"({"dataframe_split":)" + split + R"(,"params":{"method":"METHOD"}})",
       .before = R"("predictions":)"},
      {.name = "mlflow_records",
       .target = "/invocations",
       .body = R"({"dataframe_records":[)" + object + R"(],"params":{"method":"METHOD"}})",
       .before = R"("predictions":)"},
      {.name = "mlflow_inputs",
       .target = "/invocations?method=METHOD",
       .body = R"({"inputs":)" + columns + "}",
       .before = R"("predictions":)"},
      {.name = "mlflow_csv",
       .target = "/invocations?method=METHOD",
       .body = table,
       .headers = kTable,
       .before = R"("predictions":)"},
      {.name = "sagemaker_csv",
       .target = "/models/flowers/invoke?method=METHOD",
       .body = "0.1,0.30000000000000004,0.3333333333333333\n",
       .headers = std::string(kTable) + "Accept: text/csv\r\n",
       .before = ""},
      {.name = "sagemaker_lines",
       .target = "/models/flowers/invoke?method=METHOD",
       .body = R"({"features":)" + list + "}\n",
       .headers = kLines,
       .before = R"("prediction":)"},
      {.name = "vertex",
       .target = kVertexRoute,
       .body = R"({"instances":[)" + object + R"(],"parameters":{"method":"METHOD"}})",
       .before = R"("predictions":)"},
  };
}

class TheSameRow : public testing::TestWithParam<Asking> {
 protected:
  /// The answer, from where its values begin.
  std::string ask(const std::string& method) {
    const Asking& asking = GetParam();
    const std::string body = with(asking.body, method);
    std::string headers = asking.headers;
    if (asking.name == "v2_binary") {
      headers += "Inference-Header-Content-Length: " + std::to_string(body.size() - sizeof kRow) + "\r\n";
    }
    const test::Reply reply = server.client().post(with(asking.target, method), body, headers);
    EXPECT_EQ(reply.status, 200) << reply.body;
    const std::string before = with(asking.before, method);
    const std::size_t at = reply.body.find(before);
    EXPECT_NE(at, std::string::npos) << reply.body;
    return reply.body.substr(at + before.size());
  }
  static std::vector<double> numbers_of(const std::string& text) {
    static const std::regex number(R"(-?\d+(\.\d+)?(e[-+]?\d+)?)");
    std::vector<double> numbers;
    for (std::sregex_iterator each(text.begin(), text.end(), number), end; each != end; ++each) {
      numbers.push_back(std::strtod(each->str().c_str(), nullptr));
    }
    return numbers;
  }
  static ApiSettings settings() {
    ApiSettings settings;
    settings.platform.vertex_predict_route = kVertexRoute;
    return settings;
  }

  ApiTestServer server{{{"flowers", {"a", "b", "c", "!setosa|versicolor|virginica"}}}, settings()};
};

TEST_P(TheSameRow, HasTheSameBits) {
  const double sum = kRow[0] + kRow[1] + kRow[2];
  const std::vector<double> shares{kRow[0] / sum, kRow[1] / sum, kRow[2] / sum};
  EXPECT_EQ(numbers_of(ask("predict_proba")), shares);
}

TEST_P(TheSameRow, HasTheSameLabel) { EXPECT_THAT(ask("predict"), HasSubstr("virginica")); }

INSTANTIATE_TEST_SUITE_P(Dialects, TheSameRow, testing::ValuesIn(askings()),
                         [](const auto& param) { return param.param.name; });

}  // namespace
}  // namespace pelton::api
