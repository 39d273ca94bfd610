#include "serving/source.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "support/temporary_folder.hpp"

namespace pelton::serving {
namespace {

using testing::HasSubstr;

TEST(ModelArgument, TakesItsNameFromTheArgumentTheFileOrItsFolder) {
  const auto parsed = [](std::string_view text) { return *parse_model_argument(text); };
  EXPECT_EQ(parsed("house=models/a.onnx").name, "house");
  EXPECT_EQ(parsed("house=models/a.onnx").path, "models/a.onnx");
  EXPECT_EQ(parsed("models/a.onnx").name, "a");
  EXPECT_EQ(parsed("/srv/house/model.onnx").name, "house");
  EXPECT_EQ(parsed("/srv/house/7/model.onnx").name, "house");
  EXPECT_EQ(parsed("/srv/house/7/model.onnx").version, "7");
  EXPECT_EQ(parsed("m=./odd=name.onnx").path, "./odd=name.onnx") << "the first '=' ends the name";
}

TEST(ModelArgument, RefusesNamesThatWouldNotSurviveAUrl) {
  EXPECT_FALSE(parse_model_argument(""));
  EXPECT_FALSE(parse_model_argument("name="));
  const auto spaced = parse_model_argument("my model.onnx");
  ASSERT_FALSE(spaced);
  EXPECT_THAT(spaced.error().message(), HasSubstr("my model"));
}

TEST(ModelName, IsWhatAPathAndALabelCanHold) {
  for (const char* good : {"a", "house_price-v2.1", "A9"}) EXPECT_TRUE(is_model_name(good)) << good;
  for (const char* bad : {"", ".hidden", "a/b", "a b", "a:b", "ä", "a%20b"}) EXPECT_FALSE(is_model_name(bad)) << bad;
  EXPECT_FALSE(is_model_name(std::string(129, 'a')));
}

class ScanTest : public testing::Test {
 protected:
  void put(const std::string& path) {
    const auto file = folder.path() / path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << "x";
  }
  std::vector<std::string> found() {
    std::vector<std::string> names;
    auto sources = scan_repository(folder.path());
    EXPECT_TRUE(sources) << sources.error().message();
    for (const ModelSource& source : *sources) {
      names.push_back(source.name + ":" + source.version + ":" +
                      std::filesystem::relative(source.path, folder.path()).string());
    }
    return names;
  }
  test::TemporaryFolder folder;
};

TEST_F(ScanTest, FindsFilesFoldersAndVersions) {
  put("plain.onnx");
  put("boxed/model.onnx");
  put("many/1/model.onnx");
  put("many/12/model.onnx");
  put("many/notes.md");
  put("many/12/golden.json");
  put("plain.golden.json");
  put("README.md");
  put(".hidden.onnx");
  EXPECT_THAT(found(), testing::UnorderedElementsAre("plain:1:plain.onnx", "boxed:1:boxed/model.onnx",
                                                     "many:1:many/1/model.onnx", "many:12:many/12/model.onnx"));
}

TEST_F(ScanTest, NamesWhatCannotBeAModel) {
  put("empty/readme.txt");
  const auto nothing = scan_repository(folder.path());
  ASSERT_FALSE(nothing);
  EXPECT_THAT(nothing.error().message(), HasSubstr("empty"));
}

TEST_F(ScanTest, RefusesTwoModelFilesInOneFolder) {
  put("m/model.onnx");
  put("m/model.ubj");
  const auto two = scan_repository(folder.path());
  ASSERT_FALSE(two);
  EXPECT_THAT(two.error().message(), HasSubstr("both"));
}

TEST_F(ScanTest, AMissingFolderIsNamed) {
  const auto missing = scan_repository(folder.path() / "nowhere");
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().message(), HasSubstr("nowhere"));
}

}  // namespace
}  // namespace pelton::serving
