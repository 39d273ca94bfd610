#include "core/processors.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <string_view>
#include <thread>

#include "support/temporary_folder.hpp"

namespace pelton::core {
namespace {

class GroupProcessorsTest : public testing::Test {
 protected:
  void write(const std::filesystem::path& at, std::string_view text) {
    std::filesystem::create_directories((folder.path() / at).parent_path());
    std::ofstream(folder.path() / at) << text;
  }
  std::optional<double> bound() const { return group_processors(folder.path() / "cgroup", folder.path() / "mounted"); }

  test::TemporaryFolder folder;
};

TEST_F(GroupProcessorsTest, TellsTheLeastOfTheGroupsItIsIn) {
  write("cgroup", "0::/pods/one\n");
  write("mounted/pods/cpu.max", "150000 100000\n");
  write("mounted/pods/one/cpu.max", "300000 100000\n");
  EXPECT_EQ(bound(), 1.5);
}

TEST_F(GroupProcessorsTest, TellsTheRootsOwnWhereAContainerSeesNoMore) {
  write("cgroup", "0::/\n");
  write("mounted/cpu.max", "50000 100000\n");
  EXPECT_EQ(bound(), 0.5);
}

TEST_F(GroupProcessorsTest, TellsNothingWhereNothingBounds) {
  EXPECT_EQ(bound(), std::nullopt) << "no control groups";
  write("cgroup", "1:cpu:/a\n0::/a\n");
  EXPECT_EQ(bound(), std::nullopt) << "no file";
  write("mounted/a/cpu.max", "max 100000\n");
  EXPECT_EQ(bound(), std::nullopt);
  write("mounted/a/cpu.max", "garbage\n");
  EXPECT_EQ(bound(), std::nullopt);
  write("cgroup", "1:cpu:/a\n");
  write("mounted/a/cpu.max", "50000 100000\n");
  EXPECT_EQ(bound(), std::nullopt) << "version 1";
}

TEST_F(GroupProcessorsTest, StaysWithinWhatIsMounted) {
  write("cgroup", "0::/../beside\n");
  write("beside/cpu.max", "50000 100000\n");
  EXPECT_EQ(bound(), std::nullopt);
}

TEST(UsableProcessorsTest, AreNotMoreThanThoseBoundTo) {
  const std::vector<int> all = bound_processors();
  ASSERT_FALSE(all.empty());
  std::thread([&all] {
    ASSERT_TRUE(bind_to_processor(all.back()));
    EXPECT_EQ(bound_processors(), std::vector<int>{all.back()});
    EXPECT_EQ(usable_processors(), 1U);
    EXPECT_FALSE(bind_to_processor(1023)) << "there is none";
  }).join();
  EXPECT_EQ(bound_processors(), all) << "that was the thread's alone";
  EXPECT_LE(usable_processors(), all.size());
}

}  // namespace
}  // namespace pelton::core
