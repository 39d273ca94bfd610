#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "core/result.hpp"

namespace pelton::codec {

/// Where a stream's bytes come from.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// Writes up to `most` bytes (at least 1) to `to` and gives their number, 0 at the end. May wait.
  virtual core::Result<std::size_t> read(char* to, std::size_t most) = 0;
};

/// The stretch of a stream that is in memory: bytes are taken off its front and added at its back.
/// Room for `kSize` bytes; it grows, up to `kMost`, only while one record fills it. 64 bytes beyond
/// the stretch are readable. Not thread-safe.
class ByteWindow {
 public:
  static constexpr std::size_t kSize = 256 * 1024;
  static constexpr std::size_t kMost = 64 * 1024 * 1024;

  explicit ByteWindow(ByteSource& source) : source_(source) {}

  std::string_view view() const noexcept { return {bytes_.get() + begin_, end_ - begin_}; }
  bool ended() const noexcept { return ended_; }  ///< whether nothing comes after the stretch
  void drop(std::size_t n) noexcept { begin_ += n; }

  /// Adds bytes, at least one unless the stream ends. Views are void afterwards. io, or too_large
  /// where kMost bytes are there and none was dropped.
  core::Result<void> refill();

 private:
  core::Result<void> make_room();

  ByteSource& source_;
  std::unique_ptr<char[]> bytes_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool ended_ = false;
};

}  // namespace pelton::codec
