#include "app/identity.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "app/file_watch.hpp"
#include "support/certificates.hpp"
#include "support/temporary_folder.hpp"

namespace pelton::app {
namespace {

using test::make_identity;
using test::put_file;
using testing::AllOf;
using testing::HasSubstr;

class LoadIdentity : public testing::Test {
 protected:
  LoadIdentity() {
    const test::TestIdentity own = make_identity({});
    put_file(folder.path() / "own.pem", own.certificate_pem());
    put_file(folder.path() / "key.pem", own.key_pem());
    put_file(folder.path() / "other.pem", make_identity({}).key_pem());
  }
  /// "LINE message", or "fine", or "none" where no identity is named.
  std::string outcome(std::string_view toml) const {
    Settings settings;
    const auto errors = read_settings(toml, folder.path(), settings);
    if (!errors.empty()) return errors[0].message;
    const auto loaded = load_identity(settings, core::SteadyClock::instance());
    if (!loaded) return std::to_string(loaded.error().line) + " " + loaded.error().message;
    return *loaded ? "fine" : "none";
  }

  test::TemporaryFolder folder;
};

TEST_F(LoadIdentity, IsNoneWhereNoneIsNamed) { EXPECT_EQ(outcome("[server]\nport = 1\n"), "none"); }

TEST_F(LoadIdentity, TakesCertificateAndKey) {
  EXPECT_EQ(outcome("[tls]\ncertificate = \"own.pem\"\nkey = \"key.pem\"\n"), "fine");
  EXPECT_EQ(outcome("[tls]\ncertificate = \"own.pem\"\nkey = \"key.pem\"\nclient_ca = \"own.pem\"\n"
                    "client_certificates = \"required\"\n"),
            "fine");
}

TEST_F(LoadIdentity, NamesWhatIsWrongByItsLine) {
  EXPECT_THAT(outcome("[tls]\ncertificate = \"none.pem\"\nkey = \"key.pem\"\n"),
              AllOf(HasSubstr("2 [tls] certificate: "), HasSubstr("/none.pem: No such file")));
  EXPECT_THAT(outcome("[tls]\ncertificate = \"own.pem\"\nkey = \"other.pem\"\n"),
              AllOf(HasSubstr("3 [tls] key: "), HasSubstr("/other.pem: does not belong to the certificate")));
  EXPECT_THAT(outcome("[tls]\ncertificate = \"own.pem\"\n"), HasSubstr("2 [tls] certificate: given without its key"));
  EXPECT_THAT(outcome("[tls]\nkey = \"key.pem\"\n"), HasSubstr("2 [tls] key: given without a certificate"));
  const std::string own = "[tls]\ncertificate = \"own.pem\"\nkey = \"key.pem\"\n";
  EXPECT_THAT(outcome(own + "client_ca = \"own.pem\"\n"), HasSubstr("4 [tls] client_ca: given, but"));
  EXPECT_THAT(outcome(own + "client_certificates = \"required\"\n"),
              HasSubstr("4 [tls] client_certificates: client_ca"));
  EXPECT_THAT(outcome(own + "client_certificates = \"required\"\nclient_ca = \"key.pem\"\n"),
              HasSubstr("5 [tls] client_ca: "));
  EXPECT_THAT(outcome("[[listen]]\ntls = true\n"), HasSubstr("2 tls: [tls] names no certificate"));
  EXPECT_THAT(outcome("[tls]\nclient_certificates = \"required\"\n"), HasSubstr("2 [tls] client_certificates: "));
}

TEST(FileWatchTest, SeesFilesWrittenReplacedComeAndGone) {
  test::TemporaryFolder folder;
  const auto first = folder.path() / "first";
  const auto second = folder.path() / "second";
  put_file(first, "1");
  FileWatch watch({first, second, ""});
  EXPECT_FALSE(watch.changed());
  put_file(second, "2");
  EXPECT_TRUE(watch.changed());
  EXPECT_FALSE(watch.changed());
  put_file(first, "1");
  EXPECT_TRUE(watch.changed()) << "another file of the same size";
  std::ofstream(first, std::ios::app) << "more";
  EXPECT_TRUE(watch.changed());
  std::filesystem::remove(second);
  EXPECT_TRUE(watch.changed());
  std::filesystem::create_symlink(first, second);
  EXPECT_TRUE(watch.changed());
  EXPECT_FALSE(watch.changed());
}

}  // namespace
}  // namespace pelton::app
