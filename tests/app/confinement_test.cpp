#include "app/confinement.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "support/certificates.hpp"
#include "support/temporary_folder.hpp"

namespace pelton::app {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(ConfinementTest, TheFoldersOfAllThatIsNamedAreReadable) {
  Settings settings;
  settings.models.push_back({.name = "a", .path = "/m/a/a.onnx", .fit = {}});
  settings.models.push_back({.name = "b", .path = {}, .fit = serving::FitSource{.data = "/t/d.csv", .target = "y"}});
  settings.tls.certificate = "/c/own.pem";
  settings.tls.key = "/k/own.pem";
  settings.repository = "/repository";
  settings.artifacts = "/opt/ml/model";
  settings.api.platform.loadable = "/opt/ml/models";
  settings.sandbox.folders = {"/store"};
  const auto access = files_for(settings);
  ASSERT_TRUE(access);
  EXPECT_THAT(access->readable,
              ElementsAre("/m/a", "/t", "/c", "/k", "/repository", "/opt/ml/model", "/opt/ml/models", "/store"));
  EXPECT_THAT(access->sockets, IsEmpty());
}

TEST(ConfinementTest, OfALinkBothFoldersAreReadable) {
  const test::TemporaryFolder folder;
  const fs::path root = fs::canonical(folder.path());
  fs::create_directory(root / "live");
  fs::create_directory(root / "archive");
  test::put_file(root / "archive" / "cert1.pem", "");
  fs::create_symlink("../archive/cert1.pem", root / "live" / "cert.pem");
  Settings settings;
  settings.tls.certificate = (root / "live" / "cert.pem").string();
  EXPECT_THAT(files_for(settings)->readable, ElementsAre(root / "live", root / "archive"));
}

TEST(ConfinementTest, TheRootFolderIsNeverAllowed) {
  Settings settings;
  settings.models.push_back({.name = "a", .path = "/a.onnx", .fit = {}});
  EXPECT_THAT(files_for(settings)->readable, ElementsAre("/a.onnx"));
  settings.server.endpoints.push_back({.host = {}, .unix_path = "/p.sock"});
  EXPECT_FALSE(files_for(settings));
}

TEST(ConfinementTest, SocketsMayBeMadeInTheirFolder) {
  Settings settings;
  settings.server.endpoints.push_back({.host = {}, .unix_path = "/run/pelton/p.sock"});
  settings.server.endpoints.push_back({.host = "127.0.0.1", .unix_path = {}});
  EXPECT_THAT(files_for(settings)->sockets, ElementsAre("/run/pelton"));
}

TEST(ConfinementTest, WithoutTheSandboxNothingIsGivenUp) {
  Settings settings;
  settings.server.endpoints.push_back({.host = "localhost", .unix_path = {}});
  EXPECT_TRUE(confine_from_start(settings));
  EXPECT_TRUE(confine_while_serving(settings));
  EXPECT_EQ(settings.server.endpoints.front().host, "localhost");
}

}  // namespace
}  // namespace pelton::app
