#include "sandbox/file_access.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "sandbox/call_filter.hpp"
#include "sandbox/confined.hpp"
#include "support/temporary_folder.hpp"

namespace pelton::sandbox {
namespace {

namespace fs = std::filesystem;
using test::failed_with;
using test::in_a_child;
using test::Signal;

class FileAccessTest : public testing::Test {
 protected:
  FileAccessTest() {
    fs::create_directories(models / "house" / "1");
    fs::create_directory(elsewhere);
    fs::create_directory(sockets);
    write(models / "house" / "1" / "model.onnx", "model");
    write(elsewhere / "secret", "secret");
  }
  static void write(const fs::path& path, const std::string& text) { std::ofstream(path) << text; }
  static std::string read(const fs::path& path) {
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  bool confine() const { return bool(restrict_files({.readable = {models}, .sockets = {sockets}})); }

  pelton::test::TemporaryFolder folder;
  const fs::path models = folder.path() / "models";
  const fs::path elsewhere = folder.path() / "elsewhere";
  const fs::path sockets = folder.path() / "sockets";
};

TEST_F(FileAccessTest, WhatIsBeneathAFolderIsRead) {
  EXPECT_EQ(in_a_child([&] {
              if (!confine()) return false;
              const auto entry = fs::directory_iterator(models);
              return entry->path().filename() == "house" && read(models / "house" / "1" / "model.onnx") == "model";
            }),
            0);
}

TEST_F(FileAccessTest, FilesThatComeLaterAreReadToo) {
  Signal confined;
  Signal changed;
  std::future<int> child = std::async(std::launch::async, [&] {
    return in_a_child([&] {
      return confine() && confined.give() && changed.await() &&
             read(models / "house" / "2" / "model.onnx") == "newer" &&
             read(models / "house" / "1" / "model.onnx") == "replaced";
    });
  });
  ASSERT_TRUE(confined.await());
  fs::create_directory(models / "house" / "2");
  write(models / "house" / "2" / "model.onnx", "newer");
  write(folder.path() / "new", "replaced");
  fs::rename(folder.path() / "new", models / "house" / "1" / "model.onnx");
  ASSERT_TRUE(changed.give());
  EXPECT_EQ(child.get(), 0);
}

TEST_F(FileAccessTest, NothingElseIs) {
  fs::create_symlink(elsewhere / "secret", models / "link");
  const std::string secret = elsewhere / "secret";
  const int before = ::open(secret.c_str(), O_RDONLY | O_CLOEXEC);
  EXPECT_EQ(in_a_child([&] {
              char c = 0;
              return confine() && failed_with(::open(secret.c_str(), O_RDONLY), EACCES) &&
                     failed_with(::open((models / "link").c_str(), O_RDONLY), EACCES) &&
                     failed_with(::open((models / ".." / "elsewhere" / "secret").c_str(), O_RDONLY), EACCES) &&
                     failed_with(::open(elsewhere.c_str(), O_RDONLY | O_DIRECTORY), EACCES) &&
                     failed_with(::open("/etc/passwd", O_RDONLY), EACCES) &&
                     failed_with(::open("/proc/1/status", O_RDONLY), EACCES) && ::read(before, &c, 1) == 1;
            }),
            0);
  ::close(before);
}

TEST_F(FileAccessTest, NothingIsWrittenMadeMovedOrRemoved) {
  const fs::path model = models / "house" / "1" / "model.onnx";
  EXPECT_EQ(in_a_child([&] {
              return confine() && failed_with(::open(model.c_str(), O_WRONLY), EACCES) &&
                     failed_with(::open(model.c_str(), O_RDONLY | O_TRUNC), EACCES) &&
                     failed_with(::open((models / "new").c_str(), O_WRONLY | O_CREAT, 0600), EACCES) &&
                     failed_with(::mkdir((models / "new").c_str(), 0700), EACCES) &&
                     failed_with(::symlink("/etc", (models / "new").c_str()), EACCES) &&
                     failed_with(::unlink(model.c_str()), EACCES) &&
                     failed_with(::rename(model.c_str(), (models / "new").c_str()), EACCES) &&
                     failed_with(::open((elsewhere / "new").c_str(), O_WRONLY | O_CREAT, 0600), EACCES);
            }),
            0);
  EXPECT_EQ(read(model), "model");
}

TEST_F(FileAccessTest, NothingIsRun) {
  EXPECT_EQ(in_a_child([&] {
              char* const arguments[] = {nullptr};
              return confine() && failed_with(::execve("/bin/true", arguments, arguments), EACCES);
            }),
            0);
}

TEST_F(FileAccessTest, UnixSocketsAreMadeAndRemovedInTheirFolder) {
  EXPECT_EQ(in_a_child([&] {
              sockaddr_un address{};
              address.sun_family = AF_UNIX;
              std::strcpy(address.sun_path, (sockets / "s").c_str());
              const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
              const auto* name = reinterpret_cast<const sockaddr*>(&address);
              return confine() && ::bind(socket, name, sizeof address) == 0 && ::unlink(address.sun_path) == 0 &&
                     failed_with(::open((sockets / "f").c_str(), O_WRONLY | O_CREAT, 0600), EACCES);
            }),
            0);
}

TEST_F(FileAccessTest, ItsOwnEntriesOfProcAreRead) {
  EXPECT_EQ(in_a_child(
                [&] { return confine() && !read("/proc/self/stat").empty() && ::open("/proc/self/fd", O_RDONLY) > 0; }),
            0);
}

/// As Kubernetes mounts a ConfigMap: names are links to ..data, which is a link to a folder that is exchanged.
TEST_F(FileAccessTest, LinksWithinTheFolderWorkAndMayBeTurned) {
  fs::create_directory(models / "..1");
  write(models / "..1" / "model.onnx", "first");
  fs::create_symlink("..1", models / "..data");
  fs::create_symlink("..data/model.onnx", models / "model.onnx");
  Signal seen;
  Signal turned;
  std::future<int> child = std::async(std::launch::async, [&] {
    return in_a_child([&] {
      return confine() && read(models / "model.onnx") == "first" && seen.give() && turned.await() &&
             read(models / "model.onnx") == "second";
    });
  });
  ASSERT_TRUE(seen.await());
  fs::create_directory(models / "..2");
  write(models / "..2" / "model.onnx", "second");
  fs::create_symlink("..2", models / "..data_tmp");
  fs::rename(models / "..data_tmp", models / "..data");
  fs::remove_all(models / "..1");
  ASSERT_TRUE(turned.give());
  EXPECT_EQ(child.get(), 0);
}

TEST_F(FileAccessTest, ASingleFileMayBeNamed) {
  const fs::path model = models / "house" / "1" / "model.onnx";
  EXPECT_EQ(in_a_child([&] {
              return restrict_files({.readable = {model}, .sockets = {}}) && read(model) == "model" &&
                     failed_with(::open(models.c_str(), O_RDONLY | O_DIRECTORY), EACCES);
            }),
            0);
}

TEST_F(FileAccessTest, WhatIsNotThereIsNamedAndNothingIsRestricted) {
  const auto refused = restrict_files({.readable = {"/nowhere/at/all"}, .sockets = {}});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message(), testing::HasSubstr("/nowhere/at/all"));
  EXPECT_EQ(read(elsewhere / "secret"), "secret");
}

TEST_F(FileAccessTest, WhereTheKernelHasNoLandlockThatIsSaid) {
  for (const Fate fate : {Fate::unknown, Fate::refused}) {
    EXPECT_EQ(in_a_child([&] {
                const std::vector<CallRule> old_kernel{{.number = SYS_landlock_create_ruleset, .fate = fate},
                                                       {.number = SYS_brk},
                                                       {.number = SYS_mmap},
                                                       {.number = SYS_munmap},
                                                       {.number = SYS_openat},
                                                       {.number = SYS_read},
                                                       {.number = SYS_close},
                                                       {.number = SYS_exit_group}};
                if (!restrict_calls(old_kernel, SYS_landlock_restrict_self)) return false;
                const auto refused = restrict_files({.readable = {models}, .sockets = {}});
                return !refused && refused.error().code() == core::ErrorCode::unsupported &&
                       refused.error().message().find("Linux 5.13") != std::string::npos &&
                       read(elsewhere / "secret") == "secret";
              }),
              0);
  }
}

TEST_F(FileAccessTest, ThreadsThatAreThereAlreadyAreRefused) {
  EXPECT_EQ(in_a_child([&] {
              std::promise<void> over;
              std::thread other([&] { over.get_future().wait(); });
              const bool refused = !confine();
              over.set_value();
              other.join();
              return refused && read(elsewhere / "secret") == "secret";
            }),
            0);
}

}  // namespace
}  // namespace pelton::sandbox
