#include "core/processors.hpp"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>

namespace pelton::core {

namespace {

/// What "cpu.max" of one group says: "QUOTA PERIOD" in microseconds, or "max PERIOD".
std::optional<double> group_bound(const std::filesystem::path& group) {
  std::ifstream file(group / "cpu.max");
  double quota = 0;
  double period = 0;
  if (!(file >> quota >> period) || quota <= 0 || period <= 0) return std::nullopt;
  return quota / period;
}

}  // namespace

std::optional<double> group_processors(const std::filesystem::path& membership, const std::filesystem::path& root) {
  std::ifstream file(membership);
  std::string line;
  // Of version 2 there is one line, "0::/path"; others are of version 1.
  while (std::getline(file, line) && !line.starts_with("0::/")) line.clear();
  if (line.empty()) return std::nullopt;
  const std::filesystem::path inside = std::filesystem::path(line.substr(4)).lexically_normal();
  std::optional<double> least = group_bound(root);
  std::filesystem::path group = root;
  for (const std::filesystem::path& part : inside) {
    if (part == "..") return least;  // a group outside of what is mounted here
    group /= part;
    if (const auto bound = group_bound(group)) least = std::min(least.value_or(*bound), *bound);
  }
  return least;
}

std::size_t usable_processors() {
  const auto bound_to = static_cast<double>(bound_processors().size());
  const double time = group_processors("/proc/self/cgroup", "/sys/fs/cgroup").value_or(bound_to);
  return static_cast<std::size_t>(std::max(1.0, std::min(bound_to, std::ceil(time))));
}

std::vector<int> bound_processors() {
  std::vector<int> numbers;
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof set, &set) == 0) {
    for (int i = 0; i < CPU_SETSIZE; ++i) {
      if (CPU_ISSET(static_cast<std::size_t>(i), &set)) numbers.push_back(i);
    }
  }
  if (numbers.empty()) numbers.push_back(0);  // more of them than a set holds: nobody is bound to any
  return numbers;
}

bool bind_to_processor(int processor) noexcept {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(static_cast<std::size_t>(processor), &set);
  return ::sched_setaffinity(0, sizeof set, &set) == 0;
}

}  // namespace pelton::core
