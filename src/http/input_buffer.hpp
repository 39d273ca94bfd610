#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <vector>

#include "http/request_view.hpp"

namespace pelton::http {

/// Storage for requests that outgrow their connection's own. One a thread; not thread-safe.
///
/// Blocks come in three sizes and are kept for reuse, few of the large ones; beyond the largest they
/// are made to measure and given back to the system.
class InputPool {
 public:
  struct Block {
    std::unique_ptr<char[]> data;
    std::size_t size = 0;  ///< usable; kBodyPadding more bytes are readable
  };

  /// A block of at least `wanted` usable bytes. Throws std::bad_alloc.
  Block take(std::size_t wanted);
  void give(Block block) noexcept;

  static constexpr std::size_t kSmallest = 32 * 1024;

 private:
  static constexpr std::array<std::size_t, 3> kSizes{kSmallest, 256 * 1024, 2 * 1024 * 1024};
  static constexpr std::array<std::size_t, 3> kKept{64, 8, 2};
  std::array<std::vector<Block>, 3> free_;
};

/// Bytes received and not yet consumed, contiguous: a small array of the connection's own, and a
/// pooled block while that is too small.
class InputBuffer {
 public:
  static constexpr std::size_t kOwn = 1536;  ///< most requests fit; ten thousand idle connections cost 15 MB

  explicit InputBuffer(InputPool& pool) noexcept : pool_(pool) {}
  ~InputBuffer() { pool_.give(std::move(block_)); }
  InputBuffer(const InputBuffer&) = delete;
  InputBuffer& operator=(const InputBuffer&) = delete;

  char* data() noexcept { return storage() + begin_; }
  std::size_t size() const noexcept { return end_ - begin_; }
  bool empty() const noexcept { return begin_ == end_; }

  /// Free bytes after the last; at least 1 after `make_room`.
  char* tail() noexcept { return storage() + end_; }
  std::size_t free() const noexcept { return capacity() - end_; }
  void added(std::size_t n) noexcept { end_ += n; }
  /// Drops the last bytes, down to `size`.
  void truncate(std::size_t size) noexcept { end_ = begin_ + size; }

  /// Drops the first `n` bytes. An empty buffer goes back to its own small storage.
  void consume(std::size_t n) noexcept;
  /// Moves to where `wanted` bytes fit from the first on; data() may change. Throws std::bad_alloc.
  void make_room(std::size_t wanted);

 private:
  char* storage() noexcept { return block_.data ? block_.data.get() : own_.data(); }
  std::size_t capacity() const noexcept { return block_.data ? block_.size : kOwn; }

  InputPool& pool_;
  InputPool::Block block_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::array<char, kOwn + kBodyPadding> own_;
};

}  // namespace pelton::http
