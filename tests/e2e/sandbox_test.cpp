// The program within its sandbox: it does all that it does without, and nothing else is left to it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "listening.hpp"
#include "support/certificates.hpp"
#include "support/http_client.hpp"
#include "support/process.hpp"
#include "support/temporary_folder.hpp"

namespace pelton {
namespace {

namespace fs = std::filesystem;
using test::put_file;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const fs::path kRoot = PELTON_SOURCE_DIR;
constexpr const char* kTable = "a,y\n0,1\n1,3\n";

std::string text_of(const fs::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

class Sandbox : public testing::Test {
 protected:
  Sandbox() {
    fs::create_directories(models / "line" / "1");
    fs::create_directory(folder.path() / "run");
    fs::copy_file(kRoot / "tests/oracle/fixtures/linear_multi_output_double.onnx",
                  models / "line" / "1" / "model.onnx");
    put_file(table, kTable);
    put_file(settings,
             "[sandbox]\nenabled = true\n[log]\naccess = \"all\"\n[models]\nrepository = \"models\"\n"
             "[[model]]\nname = \"m\"\nfit = { data = \"tables/d.csv\", target = \"y\" }\n");
  }
  test::Process serve(const std::vector<std::string>& further = {}) const {
    std::vector<std::string> arguments{PELTON_BINARY, "serve", "--config", settings.string(), "--port", "0"};
    arguments.insert(arguments.end(), further.begin(), further.end());
    // Where leaks are looked for, that is done by tracing, which the sandbox forbids.
    return test::Process(arguments, {"AIP_PREDICT_ROUTE=/vertex", "PELTON_MODELS_DEFAULT=m", "PELTON_TLS_WATCH_MS=20",
                                     "ASAN_OPTIONS=detect_leaks=0"});
  }
  /// Whether requests come to be answered so: after a reload, which is told by nothing else.
  template <class Ask>
  static bool becomes(const std::string& expected, Ask ask) {
    for (int i = 0; i < 20'000; ++i) {
      if (ask() == expected) return true;
    }
    return false;
  }

  test::TemporaryFolder folder;
  const fs::path models = folder.path() / "models";
  const fs::path table = [this] {
    fs::create_directory(folder.path() / "tables");
    return folder.path() / "tables" / "d.csv";
  }();
  const fs::path settings = folder.path() / "s.toml";
};

TEST_F(Sandbox, EveryDialectIsAnswered) {
  test::Process server = serve();
  test::HttpClient client(port_of(server));
  EXPECT_EQ(client.post("/predict", R"({"x":[2]})").body, R"({"result":5.0})");
  EXPECT_EQ(client.post("/v1/models/m:predict", R"({"instances":[[2]]})").status, 200);
  EXPECT_EQ(client.post("/v2/models/m/infer", R"({"inputs":[{"name":"a","shape":[1,1],"datatype":"FP64","data":[2]}]})")
                .status,
            200);
  EXPECT_EQ(client.post("/invocations", R"({"inputs":[[2]]})").status, 200);
  EXPECT_EQ(client.post("/models/m/invoke", "2\n", "Content-Type: text/csv\r\n").status, 200);
  EXPECT_EQ(client.post("/vertex", R"({"instances":[[2]]})").status, 200);
  EXPECT_EQ(client.post("/predict/line", R"({"x":[0,0,0,0,0,0,0,0,0,0]})").status, 200);
  for (const char* path : {"/livez", "/readyz", "/models", "/openapi.json", "/docs", "/", "/postman.json"}) {
    EXPECT_EQ(client.get(path, "Accept-Encoding: gzip\r\n").status, 200) << path;
  }
  EXPECT_THAT(client.get("/metrics").body, AllOf(HasSubstr("process_open_fds"), Not(HasSubstr("_bytes 0\n")),
                                                 Not(HasSubstr("process_start_time_seconds 0"))));
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait(), 0);
  EXPECT_THAT(server.rest_of_stderr(), AllOf(HasSubstr("target=/vertex"), Not(HasSubstr("error"))));
}

TEST_F(Sandbox, AllItsThreadsAreWithin) {
  test::Process server = serve({"--threads", "2"});
  test::HttpClient client(port_of(server));
  EXPECT_EQ(client.get("/readyz").status, 200);
  int threads = 0;
  for (const fs::directory_entry& thread : fs::directory_iterator("/proc/" + std::to_string(server.pid()) + "/task")) {
    EXPECT_THAT(text_of(thread.path() / "status"),
                AllOf(HasSubstr("NoNewPrivs:\t1\n"), HasSubstr("Seccomp:\t2\n"), HasSubstr("Seccomp_filters:\t2\n")));
    ++threads;
  }
  EXPECT_GE(threads, 3);
}

TEST_F(Sandbox, ModelsAreReloadedAndNewOnesFound) {
  test::Process server = serve();
  test::HttpClient client(port_of(server));
  put_file(table, "a,y\n0,10\n1,30\n");
  fs::create_directory(models / "line" / "2");
  fs::copy_file(models / "line" / "1" / "model.onnx", models / "line" / "2" / "model.onnx");
  server.signal(SIGHUP);
  EXPECT_TRUE(becomes(R"({"result":50.0})", [&] { return client.post("/predict", R"({"x":[2]})").body; }));
  EXPECT_THAT(client.get("/models/line").body, HasSubstr(R"("version":"2")"));
  EXPECT_EQ(client.post("/v2/repository/models/line/unload", "{}").status, 200);
  EXPECT_EQ(client.post("/v2/repository/models/line/load", "{}").status, 200);
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait(), 0);
}

TEST_F(Sandbox, ALinkOutOfTheModelsFolderIsNotFollowed) {
  test::Process server = serve();
  test::HttpClient client(port_of(server));
  fs::create_directory(folder.path() / "elsewhere");
  fs::rename(models / "line" / "1" / "model.onnx", folder.path() / "elsewhere" / "model.onnx");
  fs::create_symlink(folder.path() / "elsewhere" / "model.onnx", models / "line" / "1" / "model.onnx");
  put_file(table, "a,y\n0,10\n1,30\n");
  server.signal(SIGHUP);
  EXPECT_TRUE(becomes(R"({"result":50.0})", [&] { return client.post("/predict", R"({"x":[2]})").body; }));
  EXPECT_EQ(client.post("/predict/line", R"({"x":[0,0,0,0,0,0,0,0,0,0]})").status, 200) << "as it was";
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait(), 0);
  EXPECT_THAT(server.rest_of_stderr(), AllOf(HasSubstr("model.onnx"), HasSubstr("ermission denied")));
}

TEST_F(Sandbox, FoldersThatAreNamedMayHoldWhatLinksLeadTo) {
  fs::create_directory(folder.path() / "store");
  fs::rename(models / "line" / "1" / "model.onnx", folder.path() / "store" / "model.onnx");
  fs::create_symlink(folder.path() / "store" / "model.onnx", models / "line" / "1" / "model.onnx");
  put_file(settings, "[sandbox]\nenabled = true\nfolders = [\"store\"]\n[models]\nrepository = \"models\"\n");
  test::Process server({PELTON_BINARY, "serve", "--config", settings.string(), "--port", "0"});
  EXPECT_EQ(test::HttpClient(port_of(server)).post("/predict", R"({"x":[0,0,0,0,0,0,0,0,0,0]})").status, 200);
}

TEST_F(Sandbox, NamesAreListenedOnAndUnixSocketsRemoved) {
  const fs::path socket = folder.path() / "run" / "p.sock";
  test::Process server = serve({"--host", "localhost", "--unix", socket.string()});
  EXPECT_EQ(test::HttpClient(port_of(server)).get("/readyz").status, 200);
  EXPECT_THAT(server.line(), HasSubstr("p.sock"));
  EXPECT_THAT(test::Process({PELTON_CURL, "-s", "--unix-socket", socket.string(), "http://a/readyz"}).rest_of_stdout(),
              HasSubstr("ready"));
  EXPECT_TRUE(fs::exists(socket));
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait(), 0);
  EXPECT_FALSE(fs::exists(socket));
}

TEST_F(Sandbox, CertificatesAreRenewedThroughLinksAsCertbotMakesThem) {
  const fs::path live = folder.path() / "live";
  const fs::path archive = folder.path() / "archive";
  fs::create_directory(live);
  fs::create_directory(archive);
  const auto show = [&](const std::string& number) {
    const test::TestIdentity identity = test::make_identity({.name = "localhost", .authority = true});
    put_file(archive / ("cert" + number + ".pem"), identity.certificate_pem());
    put_file(archive / ("key" + number + ".pem"), identity.key_pem());
    for (const std::string name : {"cert", "key"}) {
      fs::create_symlink(fs::path("..") / "archive" / (name + number + ".pem"), live / "new");
      fs::rename(live / "new", live / (name + ".pem"));
    }
  };
  show("1");
  test::Process server = serve({"--tls-certificate", live / "cert.pem", "--tls-key", live / "key.pem"});
  const std::string url = "https://localhost:" + std::to_string(port_of(server, "https://")) + "/readyz";
  const auto trusted = [&](const std::string& number) {
    const std::string authority = archive / ("cert" + number + ".pem");
    return test::Process({PELTON_CURL, "-s", "--cacert", authority, "--connect-to", "localhost::127.0.0.1:", url})
        .rest_of_stdout();
  };
  EXPECT_EQ(trusted("1"), R"({"status":"ready"})");
  show("2");
  EXPECT_TRUE(becomes(R"({"status":"ready"})", [&] { return trusted("2"); }));
  EXPECT_EQ(trusted("1"), "");
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait(), 0);
}

TEST_F(Sandbox, AModelThatIsNotThereIsNamedAsWithoutIt) {
  test::Process server({PELTON_BINARY, "serve", "--sandbox", "/nowhere/at/all.onnx", "--port", "0"});
  EXPECT_THAT(server.rest_of_stderr(), HasSubstr("/nowhere/at/all.onnx"));
  EXPECT_EQ(server.wait(), 1);
}

TEST_F(Sandbox, WhatItLacksIsToldAndNothingIsServed) {
  put_file(settings, "[sandbox]\nenabled = true\nfolders = [\"nowhere\"]\n[models]\nrepository = \"models\"\n");
  test::Process server({PELTON_BINARY, "serve", "--config", settings.string(), "--port", "0"});
  EXPECT_EQ(server.line(), "");
  EXPECT_THAT(server.rest_of_stderr(), AllOf(HasSubstr("sandbox"), HasSubstr("/nowhere")));
  EXPECT_EQ(server.wait(), 1);
}

}  // namespace
}  // namespace pelton
