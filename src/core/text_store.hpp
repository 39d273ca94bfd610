#pragma once

#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace pelton::core {

/// Texts that travel in rows of doubles.
///
/// `put` copies a text in and gives a double to stand for it: a cell, whose bits lead to the text. It may be
/// copied as any other double (by value, by memcpy, from thread to thread), but its number means nothing:
/// no arithmetic, no comparison, no rounding to float. `text_of` gives the text of a cell; only a cell that
/// `put` made, of a store that still holds it, may be asked for, so a number that a caller sent must never
/// stand where a text is expected. The cell 0.0 is the empty text in every store, for ever, and the only
/// one; cells are never NaN.
///
/// A cell is good, and its text stays where it is, until the store is truncated to before it, cleared,
/// released or destroyed; moving the store keeps it good. Once it has grown to what a task needs, putting
/// allocates nothing. Not thread-safe, but any number of threads may read texts while nobody changes the store.
class TextStore {
 public:
  /// What is kept of the memory when a store is cleared, in bytes.
  static constexpr std::size_t kKeptBytes = std::size_t{1} << 20;

  TextStore() = default;
  TextStore(TextStore&& other) noexcept
      : chunks_(std::exchange(other.chunks_, {})),
        used_(std::exchange(other.used_, 0)),
        capacity_(std::exchange(other.capacity_, 0)),
        next_size_(other.next_size_) {}
  TextStore& operator=(TextStore&& other) noexcept {
    chunks_ = std::exchange(other.chunks_, {});
    used_ = std::exchange(other.used_, 0);
    capacity_ = std::exchange(other.capacity_, 0);
    next_size_ = other.next_size_;
    return *this;
  }

  /// A cell for a copy of `text` (any bytes, NULs too). Throws std::bad_alloc with the store as it was.
  double put(std::string_view text);

  /// How far the store is filled.
  struct Mark {
    std::size_t chunks = 0;
    std::size_t used = 0;  ///< bytes of the last chunk
  };
  Mark mark() const noexcept { return used_ == 0 && chunks_.size() <= 1 ? Mark{} : Mark{chunks_.size(), used_}; }
  /// Forgets what was put after `mark` was taken, and gives its memory back. The mark must be of this filling:
  /// no older than the last `clear` or `release`, and not of what was truncated since.
  void truncate(Mark mark) noexcept;

  /// Forgets every text; keeps memory for the next ones, up to kKeptBytes.
  void clear() noexcept;
  /// Forgets every text and gives all memory back.
  void release() noexcept;

  std::size_t capacity_bytes() const noexcept { return capacity_; }

 private:
  struct Chunk {
    std::unique_ptr<char[]> bytes;
    std::size_t size;
  };

  void add_chunk(std::size_t needed);
  void drop_chunks(std::size_t kept) noexcept;

  std::vector<Chunk> chunks_;  ///< texts stand in the order they came; only the last has room
  std::size_t used_ = 0;
  std::size_t capacity_ = 0;
  std::size_t next_size_ = 4096;
};

/// The text of a cell that TextStore::put made, as long as the store keeps it.
inline std::string_view text_of(double cell) noexcept {
  static_assert(sizeof(double) == sizeof(std::uintptr_t));
  const auto bits = std::bit_cast<std::uintptr_t>(cell);
  if (bits == 0) return {};
  assert(bits >> 52 == 0);  // else it is a common number, which no store made
  const auto* at = reinterpret_cast<const char*>(bits);
  std::size_t size;
  std::memcpy(&size, at, sizeof size);
  return {at + sizeof size, size};
}

}  // namespace pelton::core
