#include "core/text_store.hpp"

#include <algorithm>
#include <new>

#if defined(__SANITIZE_ADDRESS__)
#define PELTON_ADDRESS_SANITIZER
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define PELTON_ADDRESS_SANITIZER
#endif
#endif
#ifdef PELTON_ADDRESS_SANITIZER
#include <sanitizer/asan_interface.h>
#endif

namespace pelton::core {

namespace {

constexpr std::size_t kFirstChunk = 4096;
constexpr std::size_t kLargestChunk = std::size_t{1} << 20;
constexpr std::size_t kPrefix = sizeof(std::size_t);

// The address sanitizer sees cells that are read after their text was given up.
#ifdef PELTON_ADDRESS_SANITIZER
void close(const char* bytes, std::size_t size) noexcept { __asan_poison_memory_region(bytes, size); }
void open(const char* bytes, std::size_t size) noexcept { __asan_unpoison_memory_region(bytes, size); }
#else
void close(const char* /*bytes*/, std::size_t /*size*/) noexcept {}
void open(const char* /*bytes*/, std::size_t /*size*/) noexcept {}
#endif

}  // namespace

double TextStore::put(std::string_view text) {
  if (text.empty()) return 0;
  const std::size_t needed = kPrefix + text.size();
  if (chunks_.empty() || chunks_.back().size - used_ < needed) add_chunk(needed);
  char* const at = chunks_.back().bytes.get() + used_;
  open(at, needed);
  const std::size_t size = text.size();
  std::memcpy(at, &size, kPrefix);
  std::memcpy(at + kPrefix, text.data(), size);
  used_ += needed;
  const auto bits = reinterpret_cast<std::uintptr_t>(at);
  assert(bits >> 52 == 0);  // a denormal number: no copy of a double alters it
  return std::bit_cast<double>(bits);
}

void TextStore::add_chunk(std::size_t needed) {
  const std::size_t size = std::max(needed, next_size_);
  chunks_.reserve(chunks_.size() + 1);
  std::unique_ptr<char[]> bytes(new char[size]);
  close(bytes.get(), size);
  chunks_.push_back({std::move(bytes), size});
  used_ = 0;
  capacity_ += size;
  next_size_ = std::clamp(capacity_, kFirstChunk, kLargestChunk);
}

void TextStore::drop_chunks(std::size_t kept) noexcept {
  while (chunks_.size() > kept) {
    capacity_ -= chunks_.back().size;
    chunks_.pop_back();
  }
}

void TextStore::truncate(Mark mark) noexcept {
  if (mark.chunks == 0) return clear();
  assert(mark.chunks < chunks_.size() || (mark.chunks == chunks_.size() && mark.used <= used_));
  drop_chunks(mark.chunks);
  used_ = mark.used;
  close(chunks_.back().bytes.get() + used_, chunks_.back().size - used_);
}

void TextStore::clear() noexcept {
  if (chunks_.empty()) return;
  // Many chunks become one of their size when the next text comes: from then on nothing is allocated.
  const std::size_t size = capacity_;
  if (chunks_.size() > 1 || size > kKeptBytes) drop_chunks(0);
  next_size_ = std::clamp(size, kFirstChunk, kKeptBytes);
  used_ = 0;
  if (!chunks_.empty()) close(chunks_.back().bytes.get(), chunks_.back().size);
}

void TextStore::release() noexcept {
  std::vector<Chunk>().swap(chunks_);
  used_ = capacity_ = 0;
  next_size_ = kFirstChunk;
}

}  // namespace pelton::core
