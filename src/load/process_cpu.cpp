#include "load/process_cpu.hpp"

#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace pelton::load {

namespace {

/// One process alone; false where it is gone.
bool own_time(pid_t pid, core::Duration& total) {
  clockid_t clock = 0;
  timespec used{};
  if (::clock_getcpuclockid(pid, &clock) != 0 || ::clock_gettime(clock, &used) != 0) return false;
  total += std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
  return true;
}

/// Its direct children, whichever of its threads started them.
void append_children(pid_t pid, std::vector<pid_t>& family) {
  std::error_code gone;  // a process that ends while we look has no children any more
  const std::filesystem::path tasks = "/proc/" + std::to_string(pid) + "/task";
  for (std::filesystem::directory_iterator task(tasks, gone), end; !gone && task != end; task.increment(gone)) {
    std::ifstream children(task->path() / "children");
    for (pid_t child = 0; children >> child;) family.push_back(child);
  }
}

}  // namespace

core::Result<core::Duration> process_cpu_time(pid_t pid) {
  core::Duration total(0);
  if (pid <= 0 || !own_time(pid, total)) {
    return core::Error(core::ErrorCode::not_found, "there is no process " + std::to_string(pid) + " on this machine");
  }
  std::vector<pid_t> family;
  append_children(pid, family);
  for (std::size_t i = 0; i < family.size(); ++i) {
    if (own_time(family[i], total)) append_children(family[i], family);
  }
  return total;
}

}  // namespace pelton::load
