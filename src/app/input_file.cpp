#include "app/input_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace pelton::app {

core::Result<InputFile> InputFile::open(const std::string& file) {
  if (file == "-") return InputFile("stdin", STDIN_FILENO);
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return core::errno_error(file, errno);
  InputFile opened(file, fd);
  struct stat status {};
  if (::fstat(fd, &status) != 0) return core::errno_error(file, errno);
  if (S_ISDIR(status.st_mode)) return core::errno_error(file, EISDIR);
  return opened;
}

InputFile::InputFile(std::string name, int fd) : name_(std::move(name)), fd_(fd) {
  struct stat status {};
  if (::fstat(fd_, &status) == 0 && S_ISREG(status.st_mode)) size_ = static_cast<std::uint64_t>(status.st_size);
}

InputFile::InputFile(InputFile&& other) noexcept
    : name_(std::move(other.name_)), fd_(std::exchange(other.fd_, -1)), size_(other.size_), read_(other.read_) {}

InputFile::~InputFile() {
  if (fd_ > STDIN_FILENO) ::close(fd_);
}

core::Result<std::size_t> InputFile::read(char* to, std::size_t most) {
  ssize_t got = 0;
  do {
    got = ::read(fd_, to, most);
  } while (got < 0 && errno == EINTR);
  if (got < 0) return core::errno_error("cannot be read", errno);
  read_ += static_cast<std::uint64_t>(got);
  return static_cast<std::size_t>(got);
}

bool InputFile::is_terminal() const noexcept { return ::isatty(fd_) == 1; }

double InputFile::share() const noexcept {
  return size_ == 0 ? -1 : static_cast<double>(read_) / static_cast<double>(size_);
}

std::optional<codec::RowFormat> InputFile::format_by_name() const {
  if (name_.ends_with(".csv")) return codec::RowFormat::csv;
  if (name_.ends_with(".ndjson") || name_.ends_with(".jsonl")) return codec::RowFormat::ndjson;
  return std::nullopt;
}

}  // namespace pelton::app
