#include "app/heap.hpp"

#include <malloc.h>

#include <cstdlib>
#include <string_view>

namespace pelton::app {

void return_freed_memory() noexcept {
  constexpr int kThreshold = 128 * 1024;
  const char* const tunables = std::getenv("GLIBC_TUNABLES");
  const std::string_view told = tunables == nullptr ? "" : tunables;
  if (told.find("glibc.malloc.mmap_threshold=") == told.npos) mallopt(M_MMAP_THRESHOLD, kThreshold);
  if (told.find("glibc.malloc.trim_threshold=") == told.npos) mallopt(M_TRIM_THRESHOLD, kThreshold);
}

}  // namespace pelton::app
