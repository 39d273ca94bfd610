#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string_view>
#include <utility>

#include "core/result.hpp"

namespace pelton::formats {

/// A file mapped into memory for reading, so that only what is looked at is read and nothing is
/// held twice. Move-only. A file that is cut short while it is mapped ends the process (SIGBUS):
/// models are replaced by renaming a new file over the old one, which leaves a mapping whole.
class FileBytes {
 public:
  /// Maps a regular file of at most `most` bytes (follows links). io or too_large.
  static core::Result<FileBytes> open(const std::filesystem::path& file, std::uint64_t most);

  FileBytes(FileBytes&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  FileBytes& operator=(FileBytes&& other) noexcept;
  ~FileBytes() { unmap(); }

  std::string_view bytes() const noexcept { return {static_cast<const char*>(data_), size_}; }

 private:
  FileBytes(void* data, std::size_t size) : data_(data), size_(size) {}
  void unmap() noexcept;

  void* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace pelton::formats
