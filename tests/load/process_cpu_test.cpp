#include "load/process_cpu.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <ctime>

namespace pelton::load {
namespace {

using namespace std::chrono_literals;

core::Duration own_cpu() {
  timespec used{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

void burn(core::Duration cpu) {
  const core::Duration until = own_cpu() + cpu;
  while (own_cpu() < until) {
  }
}

TEST(ProcessCpuTime, FollowsWhatThisProcessUses) {
  const auto before = process_cpu_time(::getpid());
  ASSERT_TRUE(before);
  burn(20ms);
  const auto after = process_cpu_time(::getpid());
  ASSERT_TRUE(after);
  EXPECT_GE(*after - *before, 20ms);
}

TEST(ProcessCpuTime, CountsChildrenThatLive) {
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const core::Duration before = *process_cpu_time(::getpid());
  const core::Duration own_before = own_cpu();
  const pid_t child = ::fork();
  if (child == 0) {
    burn(50ms);
    (void)!::write(ready[1], "x", 1);
    ::pause();
    ::_exit(0);
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  const core::Duration family = *process_cpu_time(::getpid()) - before;
  const core::Duration own = own_cpu() - own_before;
  EXPECT_GE(family - own, 45ms);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST(ProcessCpuTime, SaysWhenThereIsNoSuchProcess) {
  EXPECT_FALSE(process_cpu_time(0));
  EXPECT_FALSE(process_cpu_time(-1));
  ASSERT_FALSE(process_cpu_time(999'999'999));
  EXPECT_EQ(process_cpu_time(999'999'999).error().code(), core::ErrorCode::not_found);
}

}  // namespace
}  // namespace pelton::load
