#include "formats/file_bytes.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>

namespace pelton::formats {
namespace {

/// Closes what it holds.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const noexcept { return fd_; }

 private:
  int fd_;
};

}  // namespace

core::Result<FileBytes> FileBytes::open(const std::filesystem::path& file, std::uint64_t most) {
  // Without O_NONBLOCK a named pipe would hold the opening up until somebody writes to it.
  const Descriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (descriptor.get() < 0) return core::errno_error("cannot be opened", errno);
  struct stat status = {};
  if (::fstat(descriptor.get(), &status) != 0) return core::errno_error("cannot be looked at", errno);
  if (!S_ISREG(status.st_mode)) return core::Error(core::ErrorCode::io, "is not a regular file");
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (size > most) {
    return core::Error(core::ErrorCode::too_large,
                       "has " + std::to_string(size) + " bytes; at most " + std::to_string(most) + " are read");
  }
  if (size == 0) return FileBytes(nullptr, 0);
  void* data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor.get(), 0);
  if (data == MAP_FAILED) return core::errno_error("cannot be mapped", errno);
  return FileBytes(data, size);
}

FileBytes& FileBytes::operator=(FileBytes&& other) noexcept {
  if (this != &other) {
    unmap();
    data_ = std::exchange(other.data_, nullptr);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

void FileBytes::unmap() noexcept {
  if (data_ != nullptr) ::munmap(data_, size_);
}

}  // namespace pelton::formats
