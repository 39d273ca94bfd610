#include "core/text_arena.hpp"

#include <algorithm>
#include <cstring>
#include <new>

namespace pelton::core {

std::span<char> TextArena::take(std::size_t size) {
  constexpr std::size_t kFirstChunk = 4096;
  if (chunks_.empty() || size > chunks_.back().size - used_) {
    const std::size_t grown = chunks_.empty() ? kFirstChunk : std::min(chunks_.back().size * 2, kKeptBytes);
    const std::size_t chunk = std::max(size, grown);
    if (chunk > kMostBytes - capacity_) throw std::bad_alloc();
    chunks_.reserve(chunks_.size() + 1);
    chunks_.push_back({std::make_unique_for_overwrite<char[]>(chunk), chunk});
    capacity_ += chunk;
    used_ = 0;
  }
  char* const piece = chunks_.back().bytes.get() + used_;
  used_ += size;
  return {piece, size};
}

std::string_view TextArena::keep(std::string_view text) {
  if (text.empty()) return {};
  const std::span<char> piece = take(text.size());
  std::memcpy(piece.data(), text.data(), text.size());
  return {piece.data(), piece.size()};
}

void TextArena::clear() noexcept {
  used_ = 0;
  const auto largest =
      std::max_element(chunks_.begin(), chunks_.end(), [](const Chunk& a, const Chunk& b) { return a.size < b.size; });
  if (largest == chunks_.end()) return;
  capacity_ = 0;
  if (largest->size > kKeptBytes) return chunks_.clear();
  std::swap(*largest, chunks_.front());
  chunks_.resize(1);
  capacity_ = chunks_.front().size;
}

}  // namespace pelton::core
