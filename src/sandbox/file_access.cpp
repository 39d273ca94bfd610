#include "sandbox/file_access.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace pelton::sandbox {

namespace {

constexpr std::uint64_t kReadFile = LANDLOCK_ACCESS_FS_READ_FILE;
constexpr std::uint64_t kReadFolder = kReadFile | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t kSocketFolder = LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_REMOVE_FILE;

/// All that a version of Landlock knows of files, by its number: nothing of it is left open. Later than these
/// headers are truncation (3) and ioctl on devices (5).
std::uint64_t rights_of(long version) noexcept {
  std::uint64_t rights = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;
  if (version >= 2) rights |= LANDLOCK_ACCESS_FS_REFER;
  if (version >= 3) rights |= std::uint64_t{1} << 14;
  if (version >= 5) rights |= std::uint64_t{1} << 15;
  return rights;
}

/// A descriptor of ours, closed at the end unless it is to stay.
class Descriptor {
 public:
  explicit Descriptor(long fd) noexcept : fd_(static_cast<int>(fd)) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const noexcept { return fd_; }
  explicit operator bool() const noexcept { return fd_ >= 0; }
  void keep() noexcept { fd_ = -1; }

 private:
  int fd_;
};

core::Error unsupported(int error_number) {
  const std::string why = error_number == EOPNOTSUPP
                              ? "Landlock is turned off in this kernel (it is not in its lsm= list)"
                              : "this kernel has no Landlock: it takes Linux 5.13 or later, and a container's own "
                                "system call filter may forbid it";
  return {core::ErrorCode::unsupported, why};
}

core::Result<void> only_one_thread() {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir("/proc/self/task"), &::closedir);
  if (!folder) return core::errno_error("/proc/self/task", errno);
  int threads = 0;
  while (const dirent* entry = ::readdir(folder.get())) threads += entry->d_name[0] != '.' ? 1 : 0;
  if (threads == 1) return {};
  return core::Error(core::ErrorCode::internal, std::to_string(threads) + " threads were there before the sandbox");
}

core::Result<void> allow(int rules, const std::filesystem::path& path, std::uint64_t rights) {
  Descriptor at(::open(path.c_str(), O_PATH | O_CLOEXEC));
  if (!at) return core::errno_error(path.string(), errno);
  struct stat status {};
  if (::fstat(at.get(), &status) != 0) return core::errno_error(path.string(), errno);
  // A file has rights of files alone.
  if (!S_ISDIR(status.st_mode)) rights &= kReadFile;
  landlock_path_beneath_attr rule{};
  rule.allowed_access = rights;
  rule.parent_fd = at.get();
  if (::syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0) {
    return core::errno_error(path.string(), errno);
  }
  // A rule is about an inode. /proc makes new ones for names that it has forgotten, and open names are not forgotten.
  if (path == "/proc/self") at.keep();
  return {};
}

}  // namespace

core::Result<void> restrict_files(const FileAccess& access) {
  const long version = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (version < 1) return unsupported(errno);
  if (auto alone = only_one_thread(); !alone) return alone;
  landlock_ruleset_attr handled{};
  handled.handled_access_fs = rights_of(version);
  const Descriptor rules(::syscall(SYS_landlock_create_ruleset, &handled, sizeof handled, 0));
  if (!rules) return core::errno_error("Landlock", errno);

  // What /metrics tells of the process. The processors' list: the C library counts its heaps by it.
  std::vector<std::filesystem::path> readable = access.readable;
  readable.emplace_back("/proc/self");
  if (std::error_code failure; std::filesystem::exists("/sys/devices/system/cpu", failure)) {
    readable.emplace_back("/sys/devices/system/cpu");
  }
  for (const auto& path : readable) {
    if (auto allowed = allow(rules.get(), path, kReadFolder); !allowed) return allowed;
  }
  for (const auto& path : access.sockets) {
    if (auto allowed = allow(rules.get(), path, kSocketFolder); !allowed) return allowed;
  }
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || ::syscall(SYS_landlock_restrict_self, rules.get(), 0) != 0) {
    return core::errno_error("Landlock", errno);
  }
  return {};
}

}  // namespace pelton::sandbox
