#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace pelton::core {

/// Memory for many short texts that all end together. Pieces do not move until `clear`; once grown
/// to what a task needs, taking more allocates nothing. Not thread-safe.
class TextArena {
 public:
  /// `size` bytes for the caller to write. Throws std::bad_alloc, beyond kMostBytes in all too.
  std::span<char> take(std::size_t size);
  /// A copy of `text`.
  std::string_view keep(std::string_view text);
  /// Forgets all texts. Memory up to kKeptBytes is kept for the next.
  void clear() noexcept;

  static constexpr std::size_t kKeptBytes = std::size_t{1} << 20;
  /// What texts may take together: a few short steps that double a text would take all memory there is.
  static constexpr std::size_t kMostBytes = std::size_t{1} << 30;

 private:
  struct Chunk {
    std::unique_ptr<char[]> bytes;
    std::size_t size = 0;
  };

  std::vector<Chunk> chunks_;
  std::size_t used_ = 0;      ///< of the last chunk
  std::size_t capacity_ = 0;  ///< of all chunks
};

}  // namespace pelton::core
