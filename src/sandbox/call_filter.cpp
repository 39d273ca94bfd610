#include "sandbox/call_filter.hpp"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>

namespace pelton::sandbox {

namespace {

/// Numbers from here on are of the x32 way of calling, which this program does not use.
constexpr std::uint32_t kX32 = 0x40000000;

std::uint32_t verdict(Fate fate) noexcept {
  switch (fate) {
    case Fate::allowed: return SECCOMP_RET_ALLOW;
    case Fate::refused: return SECCOMP_RET_ERRNO | EPERM;
    case Fate::unknown: return SECCOMP_RET_ERRNO | ENOSYS;
    case Fate::deadly: break;
  }
  return SECCOMP_RET_KILL_PROCESS;
}

sock_filter give(Fate fate) noexcept { return BPF_STMT(BPF_RET | BPF_K, verdict(fate)); }
sock_filter load(std::size_t offset) noexcept {
  return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset));
}
/// Goes on where the comparison holds, else skips `otherwise` instructions.
sock_filter where(std::uint16_t comparison, std::uint32_t value, std::size_t otherwise) noexcept {
  return BPF_JUMP(static_cast<std::uint16_t>(BPF_JMP | comparison | BPF_K), value, 0,
                  static_cast<std::uint8_t>(otherwise));
}

/// What follows once the number is known to be the rule's.
std::vector<sock_filter> body_of(const CallRule& rule) {
  if (rule.values.empty()) return {give(rule.fate)};
  // x86-64 is little-endian: the low half of an argument comes first.
  std::vector<sock_filter> body{load(offsetof(seccomp_data, args) + rule.argument * sizeof(std::uint64_t)),
                                BPF_STMT(BPF_ALU | BPF_AND | BPF_K, rule.mask)};
  for (const std::uint32_t value : rule.values) {
    body.push_back(where(BPF_JEQ, value, 1));
    body.push_back(give(rule.fate));
  }
  body.push_back(give(rule.otherwise));
  return body;
}

}  // namespace

std::vector<sock_filter> compile_filter(std::span<const CallRule> rules, unsigned newest) {
  std::vector<sock_filter> program{
      load(offsetof(seccomp_data, arch)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0),
      give(Fate::deadly),
      load(offsetof(seccomp_data, nr)),
      where(BPF_JGE, kX32, 1),
      give(Fate::deadly),
  };
  for (const CallRule& rule : rules) {
    const std::vector<sock_filter> body = body_of(rule);
    program.push_back(where(BPF_JEQ, rule.number, body.size()));
    program.insert(program.end(), body.begin(), body.end());
  }
  program.push_back(where(BPF_JGT, newest, 1));
  program.push_back(give(Fate::unknown));
  program.push_back(give(Fate::refused));
  return program;
}

core::Result<void> restrict_calls(std::span<const CallRule> rules, unsigned newest) {
  std::vector<sock_filter> program = compile_filter(rules, newest);
  const sock_fprog described{.len = static_cast<unsigned short>(program.size()), .filter = program.data()};
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return core::errno_error("seccomp", errno);
  const long failure = ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &described);
  if (failure == 0) return {};
  if (failure > 0) {
    return core::Error(core::ErrorCode::internal,
                       "seccomp: thread " + std::to_string(failure) + " is under another filter");
  }
  if (errno == ENOSYS || errno == EINVAL) {
    return core::Error(core::ErrorCode::unsupported, "this kernel was built without seccomp filters");
  }
  return core::errno_error("seccomp", errno);
}

}  // namespace pelton::sandbox
