#include "serving/model_manager.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "support/fake_model.hpp"
#include "support/temporary_folder.hpp"

namespace pelton::serving {
namespace {

using testing::HasSubstr;

class ModelManagerTest : public testing::Test {
 protected:
  ModelManagerTest() {
    for (const char* const version : {"added/1", "added/2"}) {
      std::filesystem::create_directories(folder.path() / version);
      std::ofstream(folder.path() / version / "model.onnx") << "fake";
    }
  }
  bool is_loaded(std::string_view name) const { return repository.snapshot()->find(name) != nullptr; }

  test::TemporaryFolder folder;
  std::set<std::string> broken;  ///< versions
  std::vector<ModelSource> sources{{.name = "own", .path = "own.onnx", .fit = {}}};
  core::ManualClock clock;
  metrics::Registry registry;
  Repository repository{
      [this](const ModelSource& from) -> core::Result<std::unique_ptr<const model::Model>> {
        if (broken.contains(from.version)) return core::Error(core::ErrorCode::malformed, "broken");
        return std::unique_ptr<const model::Model>(std::make_unique<test::FakeModel>(std::vector<std::string>{"a"}));
      },
      clock, registry};
  ModelManager manager{repository, [this] { return core::Result<std::vector<ModelSource>>(sources); }, ""};
};

TEST_F(ModelManagerTest, WhatIsAddedStaysOverAReload) {
  ASSERT_TRUE(*manager.add("house", folder.path() / "added"));
  EXPECT_EQ(repository.snapshot()->find("house")->versions.size(), 2U);
  EXPECT_FALSE(*manager.add("house", folder.path() / "added")) << "there is one of that name";
  ASSERT_TRUE(manager.load_all()->empty());
  EXPECT_TRUE(is_loaded("house"));
  EXPECT_TRUE(is_loaded("own"));
  EXPECT_EQ(manager.index()->size(), 3U);
  ASSERT_TRUE(manager.unload("house"));
  ASSERT_TRUE(manager.load("house")) << "unloaded, it is still known";
  ASSERT_TRUE(manager.drop("house"));
  EXPECT_EQ(manager.load("house").error().code(), core::ErrorCode::not_found);
  EXPECT_EQ(manager.drop("house").error().code(), core::ErrorCode::not_found);
  ASSERT_TRUE(manager.load_all()->empty());
  EXPECT_FALSE(is_loaded("house"));
}

TEST_F(ModelManagerTest, WhatIsDroppedStaysAwayUntilItIsAdded) {
  ASSERT_TRUE(manager.load_all()->empty());
  ASSERT_TRUE(manager.drop("own"));
  ASSERT_TRUE(manager.load_all()->empty());
  EXPECT_FALSE(is_loaded("own"));
  ASSERT_TRUE(*manager.add("own", folder.path() / "added"));
  ASSERT_TRUE(manager.load_all()->empty());
  EXPECT_EQ(repository.snapshot()->find("own")->versions.size(), 2U) << "what was added stands for it";
}

TEST_F(ModelManagerTest, AModelIsAddedWholeOrNotAtAll) {
  broken = {"2"};
  const auto added = manager.add("house", folder.path() / "added");
  ASSERT_FALSE(added);
  EXPECT_THAT(added.error().message(), HasSubstr("model house version 2: broken"));
  EXPECT_FALSE(is_loaded("house"));
  EXPECT_EQ(manager.add("house", folder.path() / "nothing").error().code(), core::ErrorCode::not_found);
  EXPECT_EQ(manager.add("../house", folder.path() / "added").error().code(), core::ErrorCode::invalid_argument);
}

}  // namespace
}  // namespace pelton::serving
