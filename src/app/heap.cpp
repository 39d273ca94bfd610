#include "app/heap.hpp"

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <utility>

namespace pelton::app {

namespace {

std::size_t in_use() noexcept {
  const struct mallinfo2 heap = mallinfo2();
  return heap.uordblks + heap.hblkhd;
}

std::size_t gaps(std::size_t resident, std::size_t in_use) noexcept { return std::max(resident, in_use) - in_use; }

}  // namespace

void return_freed_memory() noexcept {
  constexpr int kThreshold = 128 * 1024;
  const char* const tunables = std::getenv("GLIBC_TUNABLES");
  const std::string_view told = tunables == nullptr ? "" : tunables;
  if (told.find("glibc.malloc.mmap_threshold=") == told.npos) mallopt(M_MMAP_THRESHOLD, kThreshold);
  if (told.find("glibc.malloc.trim_threshold=") == told.npos) mallopt(M_TRIM_THRESHOLD, kThreshold);
}

bool GapPolicy::look(std::size_t resident, std::size_t in_use) noexcept {
  const std::size_t now = gaps(resident, in_use);
  stuck_ = std::min(stuck_, now);
  const bool much = now - stuck_ > std::max(kLeast, in_use / 4);
  return std::exchange(much_before_, much) && much;
}

void GapPolicy::given_back(std::size_t resident, std::size_t in_use) noexcept {
  stuck_ = gaps(resident, in_use);
  much_before_ = false;
}

GapKeeper::GapKeeper() : statm_("/proc/self/statm") {}

/// Anonymous memory that is resident, or 0 where the system does not tell.
std::size_t GapKeeper::resident() {
  std::size_t size = 0;
  std::size_t all = 0;
  std::size_t shared = 0;
  statm_.clear();
  statm_.seekg(0);
  if (!(statm_ >> size >> all >> shared)) return 0;
  return (all - std::min(all, shared)) * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

void GapKeeper::look() {
  if (!policy_.look(resident(), in_use())) return;
  malloc_trim(0);
  policy_.given_back(resident(), in_use());
}

}  // namespace pelton::app
