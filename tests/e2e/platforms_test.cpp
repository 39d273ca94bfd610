// Started by SageMaker or Vertex AI: by their environment alone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "listening.hpp"
#include "support/http_client.hpp"
#include "support/process.hpp"
#include "support/temporary_folder.hpp"

namespace pelton {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

const fs::path kModel = fs::path(PELTON_SOURCE_DIR) / "tests/oracle/fixtures/linear_multi_output_double.onnx";
const std::string kRow = "[0,0,0,0,0,0,0,0,0,0]";

test::Process serve(const std::vector<std::string>& environment, std::vector<std::string> arguments = {}) {
  arguments.insert(arguments.begin(), {PELTON_BINARY, "serve"});
  return test::Process(std::move(arguments), environment);
}

std::string failure_of(const std::vector<std::string>& environment, std::vector<std::string> arguments = {}) {
  test::Process process = serve(environment, std::move(arguments));
  const std::string told = process.rest_of_stderr();
  EXPECT_NE(process.wait(), 0);
  return told;
}

TEST(SageMaker, ServesWhatItUnpackedOnTheArgumentServeAlone) {
  test::TemporaryFolder base;
  fs::create_directories(base.path() / "model" / "code");
  std::ofstream(base.path() / "model" / "code" / "requirements.txt") << "numpy\n";
  fs::copy_file(kModel, base.path() / "model" / "model.onnx");
  test::Process server = serve({"SAGEMAKER_BASE_DIR=" + base.path().string(), "SAGEMAKER_BIND_TO_PORT=0"});
  test::HttpClient client(port_of(server, "http://0.0.0.0:"));
  EXPECT_EQ(client.get("/ping").status, 200);
  const test::Reply lines =
      client.post("/invocations", "{\"features\":" + kRow + "}\n", "Content-Type: application/jsonlines\r\n");
  EXPECT_EQ(lines.status, 200) << lines.body;
  EXPECT_THAT(lines.body, HasSubstr("{\"prediction\":[1.52133"));
  EXPECT_THAT(
      client.post("/invocations", "0,0,0,0,0,0,0,0,0,0\n", "Content-Type: text/csv\r\nAccept: text/csv\r\n").body,
      HasSubstr("1.52133"));
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait(), 0);
}

TEST(SageMaker, AMultiModelEndpointIsWellWithoutModels) {
  test::TemporaryFolder base;
  test::Process server =
      serve({"SAGEMAKER_BASE_DIR=" + base.path().string(), "SAGEMAKER_BIND_TO_PORT=0", "SAGEMAKER_MULTI_MODEL=true"});
  test::HttpClient client(port_of(server, "http://0.0.0.0:"));
  EXPECT_EQ(client.get("/ping").status, 200);
  EXPECT_EQ(client.get("/models").body, R"({"models":[]})");
}

TEST(SageMaker, LoadsAndUnloadsModelsWhenItIsTold) {
  test::TemporaryFolder base;
  const fs::path house = base.path() / "models" / "5f2a" / "model";
  fs::create_directories(house);
  fs::copy_file(kModel, house / "model.onnx");
  test::Process server =
      serve({"SAGEMAKER_BASE_DIR=" + base.path().string(), "SAGEMAKER_BIND_TO_PORT=0", "SAGEMAKER_MULTI_MODEL=true"});
  test::HttpClient client(port_of(server, "http://0.0.0.0:"));
  EXPECT_EQ(client.get("/models").body, R"({"models":[]})");
  const std::string wanted = R"({"model_name":"house.tar.gz","url":")" + house.string() + "\"}";
  const test::Reply loaded = client.post("/models", wanted);
  EXPECT_EQ(loaded.status, 200) << loaded.body;
  EXPECT_EQ(client.post("/models", wanted).status, 409);
  const std::string rows = R"({"instances":[)" + kRow + "]}";
  EXPECT_THAT(client.post("/models/house.tar.gz/invoke", rows).body, HasSubstr("{\"predictions\":[[1.52133"));
  EXPECT_EQ(client.exchange("DELETE", "/models/house.tar.gz", "", "").status, 200);
  EXPECT_EQ(client.post("/models/house.tar.gz/invoke", rows).status, 404);
  EXPECT_EQ(client.exchange("DELETE", "/models/house.tar.gz", "", "").status, 404);
  EXPECT_EQ(client.get("/ping").status, 200);
  fs::remove_all(house);
  EXPECT_EQ(client.post("/models", wanted).status, 404);
}

TEST(SageMaker, SaysWhatIsWrong) {
  test::TemporaryFolder base;
  const std::string here = "SAGEMAKER_BASE_DIR=" + base.path().string();
  EXPECT_THAT(failure_of({here}), HasSubstr("nothing to serve"));
  fs::create_directories(base.path() / "model");
  EXPECT_THAT(failure_of({here}), HasSubstr("no model in it; expected model.onnx"));
  EXPECT_THAT(failure_of({here, "SAGEMAKER_BIND_TO_PORT=http"}),
              HasSubstr("SAGEMAKER_BIND_TO_PORT: expected a port from 0 to 65535, got \"http\""));
  EXPECT_THAT(failure_of({here}, {kModel.string(), "--host", "0.0.0.0"}), HasSubstr("refusing to listen on 0.0.0.0"))
      << "named models: this is no platform's doing";
}

TEST(VertexAi, ServesAtTheRoutesAndFromTheFolderItNames) {
  test::TemporaryFolder folder;
  fs::create_directories(folder.path() / "house" / "3");
  fs::copy_file(kModel, folder.path() / "house" / "3" / "model.onnx");
  test::Process server = serve({"AIP_HTTP_PORT=0", "AIP_HEALTH_ROUTE=/v1/e/1/d/2",
                                "AIP_PREDICT_ROUTE=/v1/e/1/d/2:predict", "AIP_STORAGE_URI=" + folder.path().string()});
  test::HttpClient client(port_of(server, "http://0.0.0.0:"));
  EXPECT_EQ(client.get("/v1/e/1/d/2").status, 200);
  EXPECT_THAT(client.post("/v1/e/1/d/2:predict", "{\"instances\":[" + kRow + "]}").body,
              HasSubstr("{\"predictions\":[[1.52133"));
  EXPECT_THAT(client.get("/models").body, HasSubstr("\"versions\":[\"3\"]"));
}

TEST(VertexAi, SaysWhatIsWrong) {
  EXPECT_THAT(failure_of({"AIP_HTTP_PORT=0", "AIP_STORAGE_URI=gs://bucket/model"}),
              AllOf(HasSubstr("AIP_STORAGE_URI"), HasSubstr("gs://bucket/model is not read")));
  EXPECT_THAT(failure_of({"AIP_HTTP_PORT=99999"}), HasSubstr("AIP_HTTP_PORT: expected a port"));
  EXPECT_THAT(failure_of({"AIP_HTTP_PORT=0", "AIP_PREDICT_ROUTE=/a/{b}"}),
              HasSubstr("AIP_PREDICT_ROUTE: expected a path"));
  EXPECT_THAT(failure_of({"AIP_HTTP_PORT=0", "AIP_HEALTH_ROUTE=h"}), HasSubstr("AIP_HEALTH_ROUTE: expected a path"));
}

TEST(Platforms, GiveWayToWhatIsSaidPlainly) {
  test::Process server = serve({"AIP_HTTP_PORT=1", "AIP_PREDICT_ROUTE=/p"}, {kModel.string(), "--port", "0"});
  EXPECT_THAT(server.line(), HasSubstr("listening on http://127.0.0.1:"));
}

}  // namespace
}  // namespace pelton
