#include "support/allocation_counter.hpp"

#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<std::size_t> all{0};
thread_local std::size_t mine = 0;
std::atomic<std::ptrdiff_t> out{0};   // bytes handed out and not given back
std::atomic<std::ptrdiff_t> peak{0};  // of them
std::atomic<std::ptrdiff_t> start{0};
std::atomic<std::size_t> largest_allowed{static_cast<std::size_t>(-1)};

void* counted(void* memory) noexcept {
  const auto bytes = static_cast<std::ptrdiff_t>(malloc_usable_size(memory));
  const std::ptrdiff_t now = out.fetch_add(bytes, std::memory_order_relaxed) + bytes;
  std::ptrdiff_t most = peak.load(std::memory_order_relaxed);
  while (now > most && !peak.compare_exchange_weak(most, now, std::memory_order_relaxed)) continue;
  return memory;
}

void give_back(void* memory) noexcept {
  out.fetch_sub(static_cast<std::ptrdiff_t>(malloc_usable_size(memory)), std::memory_order_relaxed);
  std::free(memory);
}

void* allocate(std::size_t size, std::size_t alignment) noexcept {
  all.fetch_add(1, std::memory_order_relaxed);
  ++mine;
  if (size > largest_allowed.load(std::memory_order_relaxed)) return nullptr;
  if (size == 0) size = 1;
  if (alignment <= alignof(std::max_align_t)) return counted(std::malloc(size));
  return counted(std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment));
}

void* allocate_or_throw(std::size_t size, std::size_t alignment) {
  void* const memory = allocate(size, alignment);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

namespace pelton::test {
std::size_t allocations() noexcept { return all.load(std::memory_order_relaxed); }
std::size_t allocations_of_this_thread() noexcept { return mine; }
std::size_t peak_bytes() noexcept { return static_cast<std::size_t>(std::max<std::ptrdiff_t>(peak - start, 0)); }
void restart_peak() noexcept {
  start = out.load();
  peak = start.load();
}
ShortOfMemory::ShortOfMemory(std::size_t largest) noexcept { largest_allowed = largest; }
ShortOfMemory::~ShortOfMemory() { largest_allowed = static_cast<std::size_t>(-1); }
}  // namespace pelton::test

void* operator new(std::size_t size) { return allocate_or_throw(size, 0); }
void* operator new[](std::size_t size) { return allocate_or_throw(size, 0); }
void* operator new(std::size_t size, std::align_val_t a) {
  return allocate_or_throw(size, static_cast<std::size_t>(a));
}
void* operator new[](std::size_t size, std::align_val_t a) {
  return allocate_or_throw(size, static_cast<std::size_t>(a));
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return allocate(size, 0); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return allocate(size, 0); }
void operator delete(void* p) noexcept { give_back(p); }
void operator delete[](void* p) noexcept { give_back(p); }
void operator delete(void* p, std::size_t) noexcept { give_back(p); }
void operator delete[](void* p, std::size_t) noexcept { give_back(p); }
void operator delete(void* p, std::align_val_t) noexcept { give_back(p); }
void operator delete[](void* p, std::align_val_t) noexcept { give_back(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { give_back(p); }
void operator delete[](void* p, std::size_t, std::align_val_t) noexcept { give_back(p); }
