#pragma once

#include <cstddef>

namespace pelton::test {

/// Calls of the global operator new since the program began, on all threads. Counted only in a test
/// program that links pelton_allocation_counter, which replaces the operators. Thread-safe.
std::size_t allocations() noexcept;

/// The same, of the calling thread alone.
std::size_t allocations_of_this_thread() noexcept;

/// Most bytes that were out at once since `restart_peak`, beyond what was out then; of all threads. Likewise.
std::size_t peak_bytes() noexcept;
void restart_peak() noexcept;

/// While it lives, allocations of more than `largest` bytes fail on all threads, as if there were no memory for them.
class ShortOfMemory {
 public:
  explicit ShortOfMemory(std::size_t largest) noexcept;
  ~ShortOfMemory();
  ShortOfMemory(const ShortOfMemory&) = delete;
  ShortOfMemory& operator=(const ShortOfMemory&) = delete;
};

}  // namespace pelton::test
