#include <dirent.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>

#include "metrics/registry.hpp"

namespace pelton::metrics {

namespace {

/// Field `index` (1-based, as proc(5) counts them) of /proc/self/stat, or 0 where it cannot be read.
double stat_field(int index) {
  std::ifstream in("/proc/self/stat");
  const std::string line((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  // The second field is a name in parentheses that may itself hold spaces and parentheses.
  const std::size_t after_name = line.rfind(')');
  if (after_name == std::string::npos) return 0;
  std::istringstream fields(line.substr(after_name + 1));
  std::string field;
  for (int i = 3; i <= index; ++i) {
    if (!(fields >> field)) return 0;
  }
  return std::stod(field);
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double open_descriptors() {
  DIR* folder = opendir("/proc/self/fd");
  if (folder == nullptr) return 0;
  double count = 0;
  while (const dirent* entry = readdir(folder)) count += entry->d_name[0] == '.' ? 0 : 1;
  closedir(folder);
  return count - 1;  // the folder itself
}

double most_descriptors() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<double>(limit.rlim_cur);
}

double seconds_of(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

/// Told from the clocks: /proc/stat, which has the time of the machine's start, may be out of reach (ProcSubset=pid).
double start_time() {
  static const double started = [] {
    const double since_boot = stat_field(22) / static_cast<double>(sysconf(_SC_CLK_TCK));
    return seconds_of(CLOCK_REALTIME) - seconds_of(CLOCK_BOOTTIME) + since_boot;
  }();
  return started;
}

}  // namespace

void add_process_metrics(Registry& registry) {
  const auto page = static_cast<double>(sysconf(_SC_PAGESIZE));
  registry.computed("process_cpu_seconds_total", "User and system CPU time spent, in seconds.", "counter", {},
                    cpu_seconds);
  registry.computed("process_resident_memory_bytes", "Resident memory size.", "gauge", {},
                    [page] { return stat_field(24) * page; });
  registry.computed("process_virtual_memory_bytes", "Virtual memory size.", "gauge", {}, [] { return stat_field(23); });
  registry.computed("process_threads", "Threads of the process.", "gauge", {}, [] { return stat_field(20); });
  registry.computed("process_open_fds", "Open file descriptors.", "gauge", {}, open_descriptors);
  registry.computed("process_max_fds", "Most file descriptors that may be open.", "gauge", {}, most_descriptors);
  registry.computed("process_start_time_seconds", "Start of the process, in seconds since 1970.", "gauge", {},
                    start_time);
}

}  // namespace pelton::metrics
