#include "app/settings_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "app/settings_file.hpp"
#include "app/settings_report.hpp"

namespace pelton::app {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

std::vector<FileError> read(std::string_view toml, Settings& settings) {
  return read_settings(toml, "/etc/pelton", settings);
}
std::vector<FileError> errors_of(std::string_view toml) {
  Settings settings;
  return read(toml, settings);
}

TEST(SettingsFile, ReadsEverySectionListenersAndModels) {
  Settings settings;
  const auto errors = read(R"(
[server]
port = 5001
threads = 3
[batching]
slo_ms = 7
[log]
access = "errors"
format = "json"
[[listen]]
unix = "/run/p.sock"
[[listen]]
host = "::1"
port = 81
[[model]]
path = "m/house.onnx"
iterations = "10:200"
slo_ms = 50
[[model]]
name = "fitted"
version = 3
fit = { data = "a.csv", target = "y" }
)",
                           settings);
  ASSERT_TRUE(errors.empty()) << errors[0].message;
  EXPECT_EQ(settings.port, 5001);
  EXPECT_EQ(settings.server.threads, 3U);
  EXPECT_EQ(settings.api.batching.slo, std::chrono::milliseconds(7));
  EXPECT_EQ(settings.log.access, AccessLogMode::errors);
  ASSERT_THAT(settings.server.endpoints, SizeIs(2));
  EXPECT_EQ(settings.server.endpoints[0].unix_path, "/run/p.sock");
  EXPECT_EQ(settings.server.endpoints[1].port, 81);
  ASSERT_THAT(settings.models, SizeIs(2));
  EXPECT_EQ(settings.models[0].name, "house");
  EXPECT_EQ(settings.models[0].path, "/etc/pelton/m/house.onnx");
  EXPECT_EQ(settings.models[0].iterations.first, 10U);
  EXPECT_EQ(settings.models[0].iterations.last, 200U);
  EXPECT_TRUE(settings.models[1].iterations.all());
  EXPECT_EQ(settings.models[0].slo, std::chrono::milliseconds(50));
  EXPECT_EQ(settings.models[1].slo.count(), 0) << "the server's";
  EXPECT_EQ(settings.models[1].version, "3");
  EXPECT_EQ(settings.models[1].fit->data, "/etc/pelton/a.csv");
  EXPECT_EQ(settings.models[1].fit->kind, "linear");
}

TEST(SettingsFile, ReportsEverythingThatIsWrongWithItsPlace) {
  const auto errors =
      errors_of("[server]\nprot = 1\nport = 99999\nthreads = \"many\"\n[sever]\n[[model]]\nname = \"x\"\n");
  ASSERT_THAT(errors, SizeIs(5));
  EXPECT_EQ(errors[0].line, 2U);
  EXPECT_THAT(errors[0].message, HasSubstr("did you mean \"port\"?"));
  EXPECT_EQ(errors[1].line, 3U);
  EXPECT_EQ(errors[1].column, 8U);
  EXPECT_THAT(errors[1].message, HasSubstr("from 0 to 65535"));
  EXPECT_EQ(errors[2].line, 4U);
  EXPECT_THAT(errors[3].message, HasSubstr("did you mean \"server\"?"));
  EXPECT_THAT(errors[4].message, HasSubstr("either path or fit"));
}

TEST(SettingsFile, ReadsTlsWithItsPlaces) {
  Settings settings;
  const auto errors = read(R"(
[tls]
certificate = "own.pem"
key = "/keys/own.pem"
client_ca = "ca.pem"
client_certificates = "optional"
minimum_version = 1.3
[[listen]]
port = 8443
[[listen]]
port = 8080
tls = false
)",
                           settings);
  ASSERT_TRUE(errors.empty()) << errors[0].message;
  EXPECT_EQ(settings.tls.certificate, "/etc/pelton/own.pem");
  EXPECT_EQ(settings.tls.key, "/keys/own.pem");
  EXPECT_EQ(settings.tls.client_ca, "/etc/pelton/ca.pem");
  EXPECT_EQ(settings.tls.client_certificates, tls::ClientCertificates::optional);
  EXPECT_EQ(settings.tls.minimum, tls::Version::tls13);
  EXPECT_TRUE(settings.server.endpoints[0].tls);
  EXPECT_FALSE(settings.server.endpoints[1].tls);
  EXPECT_EQ(settings.words.at("tls.key").place.line, 4U);
  ASSERT_TRUE(assign(*find_setting("tls", "key"), settings, {.value = "other.pem", .by = "--tls-key", .place = {}}));
  EXPECT_EQ(settings.tls.key, "other.pem");
  EXPECT_EQ(settings.words.at("tls.key").place.line, 0U) << "the file no longer has the last word";
}

TEST(SettingsFile, FoldersOfTheSandboxAreRelativeToTheFile) {
  Settings settings;
  ASSERT_TRUE(read("[sandbox]\nenabled = true\nfolders = [\"store\", \"/srv/more\"]", settings).empty());
  EXPECT_TRUE(settings.sandbox.enabled);
  EXPECT_THAT(settings.sandbox.folders, testing::ElementsAre("/etc/pelton/store", "/srv/more"));
}

TEST(SettingsFile, RatesMayBeFractions) {
  Settings settings;
  ASSERT_TRUE(
      read("[quotas]\nrequests_per_second = 0.2\nrequests_burst = 10\nrows_per_second = 5000", settings).empty());
  EXPECT_EQ(settings.api.quotas.requests.per_second, 0.2);
  EXPECT_EQ(settings.api.quotas.requests.burst, 10U);
  EXPECT_EQ(settings.api.quotas.rows.per_second, 5000);
  ASSERT_TRUE(
      assign(*find_setting("quotas", "rows_per_second"), settings, {.value = "12.5", .by = "--rows", .place = {}}));
  EXPECT_EQ(settings.api.quotas.rows.per_second, 12.5);
}

TEST(SettingsFile, BrokenTomlIsOneErrorWithItsPlace) {
  const auto errors = errors_of("[server]\nport = = 1\n");
  ASSERT_THAT(errors, SizeIs(1));
  EXPECT_EQ(errors[0].line, 2U);
}

TEST(SettingsFile, HostileFilesAreBounded) {
  std::string key(200'000, '.');
  for (std::size_t i = 0; i < key.size(); i += 2) key[i] = 'a';
  for (const std::string& toml : {"\n" + key + "a = 1\n", "\n[" + key + "a]\n", "\nm = [{" + key + "a = 1}]"}) {
    const auto errors = errors_of(toml);
    ASSERT_THAT(errors, SizeIs(1));
    EXPECT_EQ(errors[0].line, 2U);
    EXPECT_EQ(errors[0].message, "a key of more than 16 names");
  }
  EXPECT_THAT(errors_of("a = " + std::string(500'000, '[')), SizeIs(1));
  std::string many = "[server]\n";
  for (int i = 0; i < 5'000; ++i) many += "p" + std::to_string(i) + " = 1\n";
  const auto errors = errors_of(many);
  ASSERT_THAT(errors, SizeIs(kMostFileErrors));
  EXPECT_EQ(errors.back().line, 1001U);
  EXPECT_EQ(errors.back().message, "this and 4000 further errors are not told");
  const auto lengthy = errors_of("\"" + std::string(100'000, 'x') + "\" = 1\n[" + std::string(100'000, 'y') + "]");
  ASSERT_THAT(lengthy, SizeIs(2));
  for (const FileError& error : lengthy) EXPECT_LT(error.message.size(), 1100U);
}

TEST(SettingsFile, DotsThatAreNoKeysAreAnybodys) {
  const std::string dots(200, '.');
  Settings settings;
  EXPECT_TRUE(read("# " + dots + "\n[server]\nhost = \"" + dots + "\\\"" + dots + "\"\nunix = '" + dots +
                       "'\n[models]\nrepository = \"\"\"\n" + dots + "\n\\\"\"\"" + dots + "\"\"\"\"\"\ndefault = '''" +
                       dots + "\n''" + dots + "'''\n",
                   settings)
                  .empty());
  EXPECT_EQ(settings.unix_path, dots);
  EXPECT_EQ(settings.default_model, dots + "\n''" + dots);
}

TEST(SettingsFile, ReadsOriginsAsAListOrATextAlike) {
  for (const char* toml : {"[http]\ncors_origins = [\"https://a\", \"http://b:81\"]",
                           "[http]\ncors_origins = \"https://a, http://b:81\""}) {
    Settings settings;
    EXPECT_TRUE(read(toml, settings).empty()) << toml;
    const http::Header origin{.name = "Origin", .value = "http://b:81"};
    http::RequestView request;
    request.headers = {&origin, 1};
    EXPECT_THAT(std::string(settings.api.cors.lines(request)),
                HasSubstr("Access-Control-Allow-Origin: http://b:81\r\n"));
  }
}

TEST(SettingsFile, RefusesShapesThatAreNotTheirs) {
  for (const char* toml : {"server = 1",
                           "listen = 1",
                           "model = {}",
                           "[[listen]]\nport = 70000",
                           "[[listen]]\nport = 8e43",
                           "[[listen]]\nhost = 1",
                           "[[model]]\nfit = 3",
                           "[[model]]\npath=\"x\"\niterations = 5",
                           "[[model]]\npath=\"x\"\nslo_ms = 0",
                           "[[model]]\npath=\"x\"\nslo_ms = \"5\"",
                           "[[model]]\npath=\"x\"\niterations = \"5:1\"",
                           "[[model]]\nname=\"a b\"\npath=\"x\"",
                           "[[model]]\nname=\"m\"\nfit={data=\"d\"}",
                           "[limits]\nrows = -1",
                           "[limits]\nrows = 1.5",
                           "[log]\nlevel = \"loud\"",
                           "[server]\ninsecure = \"perhaps\"",
                           "[server]\nhost = [1]",
                           "[server]\nhost = [\"a\"]",
                           "[http]\ncors_origins = [1]",
                           "[http]\ncors_origins = [\"https://a/\"]",
                           "[quotas]\nrequests_per_second = -1",
                           "[quotas]\nrequests_per_second = nan",
                           "[quotas]\nrows_per_second = 0.0001",
                           "[quotas]\nrows_burst = 1.5",
                           "[tls]\nminimum_version = \"1.1\"",
                           "[tls]\nminimum_version = 1.4",
                           "[tls]\nclient_certificates = true",
                           "[[listen]]\ntls = 1",
                           "[[listen]]\nunix = \"/s\"\ntls = true"}) {
    EXPECT_THAT(errors_of(toml), SizeIs(1)) << toml;
  }
}

TEST(SettingsEnvironment, IsReadByNameAndUnknownNamesOfOursAreErrors) {
  std::string port = "PELTON_SERVER_PORT=81";
  std::string isa = "PELTON_ISA=avx2";
  std::string other = "HOME=/root";
  char* good[] = {port.data(), isa.data(), other.data(), nullptr};
  Settings settings;
  ASSERT_TRUE(assign_environment(settings, good));
  EXPECT_EQ(settings.port, 81);
  std::string typo = "PELTON_SERVER_PROT=81";
  char* bad[] = {typo.data(), nullptr};
  const auto refused = assign_environment(settings, bad);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message(), HasSubstr("PELTON_SERVER_PORT"));
  std::string nonsense = "PELTON_SERVER_PORT=eighty";
  char* worse[] = {nonsense.data(), nullptr};
  EXPECT_FALSE(assign_environment(settings, worse));
}

TEST(Settings, DefaultsAreWhatTheTableSays) {
  Settings settings;
  core::TextBuffer shown;
  append_settings_toml(shown, settings);
  Settings again;
  ASSERT_THAT(read(shown.view(), again), SizeIs(0));
  EXPECT_EQ(again.words.size(), all_settings().size());
  EXPECT_EQ(again.host, settings.host);
  EXPECT_EQ(again.port, settings.port);
  EXPECT_EQ(again.unix_mode, settings.unix_mode);
  EXPECT_EQ(again.drain_timeout, settings.drain_timeout);
  EXPECT_EQ(again.api.request_timeout, settings.api.request_timeout);
  EXPECT_EQ(again.api.read.max_rows, settings.api.read.max_rows);
  EXPECT_EQ(again.api.batching.slo, settings.api.batching.slo);
  EXPECT_EQ(again.api.batching.inline_limit, settings.api.batching.inline_limit);
  EXPECT_EQ(again.api.batching.max_batch_rows, settings.api.batching.max_batch_rows);
  EXPECT_EQ(again.api.batching.max_queue_rows, settings.api.batching.max_queue_rows);
  EXPECT_TRUE(again.server.limits == settings.server.limits);
  EXPECT_TRUE(again.server.timeouts == settings.server.timeouts);
  EXPECT_EQ(again.tls.minimum, settings.tls.minimum);
  EXPECT_EQ(again.tls.client_certificates, settings.tls.client_certificates);
  EXPECT_EQ(again.tls_watch, settings.tls_watch);
  EXPECT_EQ(again.log.level, settings.log.level);
  EXPECT_EQ(again.log.format, settings.log.format);
  EXPECT_EQ(again.log.access, settings.log.access);
  EXPECT_EQ(again.log.sample, settings.log.sample);
  EXPECT_TRUE(again.tls.certificate.empty() && again.repository.empty() && again.sandbox.folders.empty());
}

TEST(SettingsDocumentation, ListsEverySetting) {
  std::ifstream in(std::string(PELTON_SOURCE_DIR) + "/docs/settings.md");
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  for (const Setting& setting : all_settings()) {
    EXPECT_THAT(text, HasSubstr("| `" + std::string(setting.key) + "` | " + described(setting) + " |"));
    EXPECT_THAT(text, HasSubstr("## [" + std::string(setting.section) + "]"));
  }
}

}  // namespace
}  // namespace pelton::app
