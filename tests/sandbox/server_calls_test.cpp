#include "sandbox/server_calls.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "sandbox/confined.hpp"

namespace pelton::sandbox {
namespace {

using test::failed_with;
using test::in_a_child;

constexpr int kKilled = 128 + SIGSYS;

/// A trial in a child that serves.
template <class Trial>
int while_serving(Trial trial) {
  return in_a_child([&] { return restrict_server_calls(Phase::serving) && trial(); });
}

TEST(ServerCallsTest, FilesAreOpenedForReadingAlone) {
  EXPECT_EQ(while_serving([] {
              std::ifstream in("/etc/passwd");
              return in.good() && failed_with(::open("/dev/null", O_WRONLY), EPERM) &&
                     failed_with(::open("/dev/null", O_RDWR), EPERM) &&
                     failed_with(::open("/tmp/never-made", O_RDONLY | O_CREAT, 0600), EPERM) &&
                     failed_with(::syscall(SYS_open, "/dev/null", O_WRONLY), EPERM) &&
                     failed_with(::syscall(SYS_creat, "/tmp/never-made", 0600), EPERM) &&
                     failed_with(::syscall(SYS_openat2, AT_FDCWD, "/dev/null", nullptr, 0), EPERM) &&
                     failed_with(::truncate("/dev/null", 0), EPERM) && failed_with(::chmod("/dev/null", 0666), EPERM) &&
                     failed_with(::rename("/tmp/a", "/tmp/b"), EPERM) && failed_with(::mkdir("/tmp/a", 0700), EPERM);
            }),
            0);
}

TEST(ServerCallsTest, RunningAProgramTracingAndMountingEndTheProcess) {
  char* const none[] = {nullptr};
  EXPECT_EQ(while_serving([&] { return ::execve("/bin/true", none, none) != 0; }), kKilled);
  EXPECT_EQ(while_serving([&] { return ::syscall(SYS_execveat, -1, "/bin/true", none, none, 0) != 0; }), kKilled);
  EXPECT_EQ(while_serving([] { return ::syscall(SYS_ptrace, 0, 0, 0, 0) != 0; }), kKilled);
  EXPECT_EQ(while_serving([] { return ::syscall(SYS_mount, "a", "/", "tmpfs", 0, nullptr) != 0; }), kKilled);
  EXPECT_EQ(while_serving([] { return ::syscall(SYS_bpf, 0, nullptr, 0) != 0; }), kKilled);
  EXPECT_EQ(while_serving([] { return ::syscall(SYS_io_uring_setup, 1, nullptr) != 0; }), kKilled);
}

TEST(ServerCallsTest, CallsOfOtherArchitecturesEndTheProcess) {
  EXPECT_EQ(while_serving([] { return ::syscall(0x40000000 | SYS_getpid) < 0; }), kKilled);
}

TEST(ServerCallsTest, NoProcessIsStartedAndNoOtherIsSignalled) {
  EXPECT_EQ(while_serving([] {
              const pid_t parent = ::getppid();
              return failed_with(::syscall(SYS_fork), EPERM) && failed_with(::syscall(SYS_vfork), EPERM) &&
                     failed_with(::syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0), EPERM) &&
                     failed_with(::syscall(SYS_clone3, nullptr, 0), ENOSYS) && failed_with(::fork(), EPERM) &&
                     failed_with(::kill(parent, 0), EPERM) &&
                     failed_with(::syscall(SYS_tgkill, parent, parent, 0), EPERM);
            }),
            0);
}

TEST(ServerCallsTest, ThreadsAreStartedAndMemoryIsHad) {
  EXPECT_EQ(while_serving([] {
              std::atomic<int> sum{0};
              std::vector<std::thread> threads;
              for (int i = 0; i < 4; ++i) {
                threads.emplace_back([&] {
                  const std::vector<char> much(10 << 20, 1);
                  sum += much[5 << 20];
                });
              }
              for (std::thread& thread : threads) thread.join();
              return sum == 4;
            }),
            0);
}

TEST(ServerCallsTest, NoMemoryBecomesCode) {
  EXPECT_EQ(while_serving([] {
              void* const page = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
              const bool refused =
                  ::mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED;
              return page != MAP_FAILED && refused && errno == EPERM &&
                     failed_with(::mprotect(page, 4096, PROT_READ | PROT_EXEC), EPERM) &&
                     ::mprotect(page, 4096, PROT_READ) == 0;
            }),
            0);
}

TEST(ServerCallsTest, WhoServesListensNoFurtherAndConnectsToNobody) {
  EXPECT_EQ(in_a_child([] {
              if (!restrict_server_calls(Phase::starting)) return false;
              sockaddr_in address{};
              address.sin_family = AF_INET;
              address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
              const auto* name = reinterpret_cast<const sockaddr*>(&address);
              const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
              if (::bind(listener, name, sizeof address) != 0 || ::listen(listener, 1) != 0) return false;
              if (!failed_with(::socket(AF_PACKET, SOCK_RAW, 0), EPERM)) return false;
              if (!restrict_server_calls(Phase::serving)) return false;
              return failed_with(::accept4(listener, nullptr, nullptr, 0), EAGAIN) &&
                     failed_with(::socket(AF_INET, SOCK_STREAM, 0), EPERM) &&
                     failed_with(::socket(AF_NETLINK, SOCK_RAW, 0), EPERM) &&
                     failed_with(::connect(listener, name, sizeof address), EPERM) &&
                     failed_with(::bind(listener, name, sizeof address), EPERM) &&
                     failed_with(::listen(listener, 1), EPERM) && ::socket(AF_UNIX, SOCK_DGRAM, 0) >= 0;
            }),
            0);
}

TEST(ServerCallsTest, HoldForThreadsThatWereThere) {
  EXPECT_EQ(in_a_child([] {
              std::atomic<bool> confined{false};
              bool refused = false;
              std::thread other([&] {
                confined.wait(false);
                refused = failed_with(::open("/dev/null", O_WRONLY), EPERM);
              });
              const bool restricted{restrict_server_calls(Phase::serving)};
              confined = true;
              confined.notify_all();
              other.join();
              return restricted && refused;
            }),
            0);
}

TEST(ServerCallsTest, LimitsAndNamesAreTheProcesssOwn) {
  EXPECT_EQ(while_serving([] {
              rlimit limit{};
              return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 &&
                     failed_with(::prlimit(::getppid(), RLIMIT_NOFILE, nullptr, &limit), EPERM) &&
                     ::prctl(PR_SET_NAME, "named") == 0 && failed_with(::prctl(PR_SET_DUMPABLE, 1), EPERM);
            }),
            0);
}

TEST(ServerCallsTest, CallsThatThisListIsTooOldForAreUnknown) {
  EXPECT_EQ(while_serving([] { return failed_with(::syscall(5000), ENOSYS); }), 0);
}

TEST(ServerCallsTest, WhoFailsStillEndsAsItShould) {
  EXPECT_EQ(while_serving([]() -> bool { std::abort(); }), 128 + SIGABRT);
}

}  // namespace
}  // namespace pelton::sandbox
