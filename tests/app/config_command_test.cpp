#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "running.hpp"

namespace pelton::app {
namespace {

using testing::HasSubstr;
using testing::Not;

/// The line of `text` that begins with `name = `, the spaces before its comment as one.
std::string line_of(const std::string& text, const std::string& name) {
  const std::size_t at = text.find("\n" + name + " = ");
  if (at == std::string::npos) return "";
  std::string line = text.substr(at + 1, text.find('\n', at + 1) - at - 1);
  const std::size_t comment = line.rfind('#');
  const std::size_t end = line.find_last_not_of(' ', comment - 1);
  return line.substr(0, end + 1) + " " + line.substr(comment);
}

TEST(ConfigShow, TellsWhereEachSettingComesFrom) {
  const Files files;
  const std::string file = files.write("pelton.toml", R"([server]
port = 9000
threads = 2
trusted_proxies = ["10.0.0.0/8", "unix"]
[quotas]
requests_per_second = 0.5
[tls]
minimum_version = 1.3
key = "own \"key\".pem"
[[listen]]
host = "::1"
port = 8443
[[model]]
name = "house"
path = "house.onnx"
slo_ms = 5
)");
  ::setenv("PELTON_SERVER_THREADS", "3", 1);
  ::setenv("PELTON_QUOTAS_ROWS_PER_SECOND", ".5", 1);
  const Ran ran = run_pelton({"config", "show", "--config", file, "--port", "9100", "--insecure", "risk=/m/risk.ubj"});
  const Ran json =
      run_pelton({"config", "show", "--config", file, "--port", "9100", "--insecure", "risk=/m/risk.ubj", "--json"});
  ::unsetenv("PELTON_SERVER_THREADS");
  ::unsetenv("PELTON_QUOTAS_ROWS_PER_SECOND");
  ASSERT_EQ(ran.code, kDone) << ran.err;
  EXPECT_EQ(line_of(ran.out, "host"), "host = \"127.0.0.1\" # default");
  EXPECT_EQ(line_of(ran.out, "port"), "port = 9100 # --port");
  EXPECT_EQ(line_of(ran.out, "threads"), "threads = 3 # PELTON_SERVER_THREADS");
  EXPECT_EQ(line_of(ran.out, "insecure"), "insecure = true # --insecure");
  EXPECT_EQ(line_of(ran.out, "trusted_proxies"), "trusted_proxies = [\"10.0.0.0/8\", \"unix\"] # " + file + ":4:19");
  EXPECT_EQ(line_of(ran.out, "requests_per_second"), "requests_per_second = 0.5 # " + file + ":6:23");
  EXPECT_EQ(line_of(ran.out, "rows_per_second"), "rows_per_second = 0.5 # PELTON_QUOTAS_ROWS_PER_SECOND");
  EXPECT_EQ(line_of(ran.out, "minimum_version"), "minimum_version = \"1.3\" # " + file + ":8:19");
  EXPECT_THAT(line_of(ran.out, "key"), HasSubstr("/own \\\"key\\\".pem\" # "));
  EXPECT_THAT(ran.out, HasSubstr("[[model]]                               # command line\nname = \"risk\"\n"));
  EXPECT_THAT(ran.out, HasSubstr("path = \"/m/risk.ubj\"\n"));

  ASSERT_EQ(json.code, kDone) << json.err;
  EXPECT_THAT(json.out, HasSubstr(R"("port":{"value":9100,"source":"--port"})"));
  EXPECT_THAT(json.out, HasSubstr(R"("listen":[{"host":"::1","port":8443,"tls":true,"source":")" + file + ":10:1\"}]"));
  EXPECT_THAT(json.out, HasSubstr(R"("slo_ms":5,"source":")" + file + ":13:1\"}"));

  // What it prints is a settings file that means the same, from any folder.
  const Files elsewhere;
  const Ran again = run_pelton({"config", "show", "--config", elsewhere.write("all.toml", ran.out)});
  ASSERT_EQ(again.code, kDone) << again.err;
  EXPECT_THAT(again.out, Not(HasSubstr("# default")));
  for (const char* name : {"port", "threads", "trusted_proxies", "rows_per_second", "key", "minimum_version"}) {
    const auto value = [&](const std::string& text) {
      const std::string line = line_of(text, name);
      return line.substr(0, line.rfind('#'));
    };
    EXPECT_EQ(value(again.out), value(ran.out));
  }
}

TEST(ConfigShow, TellsWhatIsWrongAsServeDoes) {
  const Files files;
  const std::string file = files.write("pelton.toml", "[server]\nport = 99999\n");
  const Ran ran = run_pelton({"config", "show", "--config", file});
  EXPECT_EQ(ran.code, kUsage);
  EXPECT_EQ(ran.out, "");
  EXPECT_THAT(ran.err, HasSubstr(file + ":2:8: port: expected"));
  EXPECT_EQ(run_pelton({"config", "show", "--threads", "many"}).code, kUsage);
}

TEST(Config, KnowsWhatWasMeant) {
  EXPECT_THAT(
      run_pelton({"config", "show", "--prot", "1"}).err,
      HasSubstr("pelton config show: The following argument was not expected: --prot; did you mean \"--port\"?"));
  EXPECT_THAT(run_pelton({"config", "shwo"}).err, HasSubstr("did you mean \"show\"?"));
  EXPECT_THAT(run_pelton({"cofnig", "show"}).err, HasSubstr("did you mean \"config\"?"));
  EXPECT_THAT(run_pelton({"config", "show", "--version"}).out, HasSubstr("pelton "));
}

}  // namespace
}  // namespace pelton::app
