#include "app/output_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

namespace pelton::app {

namespace {

/// The permissions that a file made by open(2) would get.
mode_t usual_mode() {
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return 0666 & ~mask;
}

}  // namespace

core::Result<OutputFile> OutputFile::open(const std::string& file) {
  if (file.empty() || file == "-") return OutputFile("stdout", {}, {}, STDOUT_FILENO);
  struct stat status {};
  const bool exists = ::stat(file.c_str(), &status) == 0;
  if (exists && !S_ISREG(status.st_mode)) {
    const int fd = ::open(file.c_str(), O_WRONLY | O_CLOEXEC);
    if (fd < 0) return core::errno_error(file, errno);
    return OutputFile(file, {}, {}, fd);
  }
  if (exists && ::access(file.c_str(), W_OK) != 0) return core::errno_error(file, errno);
  std::error_code unresolved;
  std::string target = std::filesystem::weakly_canonical(file, unresolved).string();
  if (unresolved) target = file;
  std::string partial = target + ".XXXXXX";
  const int fd = ::mkostemp(partial.data(), O_CLOEXEC);
  if (fd < 0) return core::errno_error(file, errno);
  OutputFile opened(file, std::move(target), std::move(partial), fd);
  if (::fchmod(fd, exists ? status.st_mode & 07777 : usual_mode()) != 0) return core::errno_error(file, errno);
  return opened;
}

OutputFile::OutputFile(std::string name, std::string target, std::string partial, int fd)
    : name_(std::move(name)), target_(std::move(target)), partial_(std::move(partial)), fd_(fd) {}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : name_(std::move(other.name_)),
      target_(std::move(other.target_)),
      partial_(std::exchange(other.partial_, {})),
      fd_(std::exchange(other.fd_, -1)),
      reader_gone_(other.reader_gone_) {}

OutputFile::~OutputFile() {
  if (fd_ > STDERR_FILENO) ::close(fd_);
  if (!partial_.empty()) ::unlink(partial_.c_str());
}

bool OutputFile::is_terminal() const noexcept { return ::isatty(fd_) == 1; }

core::Result<void> OutputFile::write(std::string_view text) {
  while (!text.empty() && !reader_gone_) {
    const ssize_t written = ::write(fd_, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EPIPE) {
      reader_gone_ = true;
    } else if (errno != EINTR) {
      return core::errno_error(name_ + ": cannot be written", errno);
    }
  }
  return {};
}

core::Result<void> OutputFile::commit() {
  if (fd_ > STDERR_FILENO && ::close(std::exchange(fd_, -1)) != 0) {
    return core::errno_error(name_ + ": cannot be written", errno);
  }
  if (partial_.empty()) return {};
  if (std::rename(partial_.c_str(), target_.c_str()) != 0) return core::errno_error(name_, errno);
  partial_.clear();
  return {};
}

}  // namespace pelton::app
