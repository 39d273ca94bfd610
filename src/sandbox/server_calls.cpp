#include "sandbox/server_calls.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <initializer_list>
#include <iterator>
#include <vector>

#include "sandbox/call_filter.hpp"

namespace pelton::sandbox {

namespace {

/// Later calls are told apart from refused ones, because a newer C library tries them first and falls back on ENOSYS
/// alone.
constexpr unsigned kNewest = SYS_set_mempolicy_home_node;

/// Told by their numbers alone.
constexpr unsigned kAllowed[] = {
    // bytes in and out of what is open
    SYS_read, SYS_write, SYS_readv, SYS_writev, SYS_pread64, SYS_lseek, SYS_close, SYS_dup, SYS_fcntl, SYS_recvfrom,
    SYS_recvmsg, SYS_sendto, SYS_sendmsg, SYS_accept, SYS_accept4, SYS_shutdown, SYS_getsockname, SYS_getpeername,
    SYS_getsockopt, SYS_setsockopt,
    // waiting for it, and for time
    SYS_poll, SYS_ppoll, SYS_epoll_create1, SYS_epoll_ctl, SYS_epoll_wait, SYS_epoll_pwait, SYS_eventfd2,
    SYS_timerfd_create, SYS_timerfd_settime, SYS_nanosleep, SYS_clock_nanosleep, SYS_clock_gettime, SYS_clock_getres,
    SYS_gettimeofday, SYS_time,
    // looking at files; which ones is not told by numbers (file_access.hpp)
    SYS_stat, SYS_lstat, SYS_fstat, SYS_newfstatat, SYS_statx, SYS_access, SYS_faccessat, SYS_faccessat2, SYS_readlink,
    SYS_readlinkat, SYS_getdents64, SYS_getcwd, SYS_fadvise64,
    // a unix socket's file is removed at the end
    SYS_unlink, SYS_unlinkat,
    // memory
    SYS_brk, SYS_munmap, SYS_mremap, SYS_madvise,
    // threads
    SYS_futex, SYS_set_robust_list, SYS_rseq, SYS_set_tid_address, SYS_sched_yield, SYS_sched_getaffinity,
    SYS_sched_getparam, SYS_sched_getscheduler, SYS_getpriority, SYS_setpriority, SYS_membarrier, SYS_getcpu, SYS_exit,
    SYS_exit_group, SYS_restart_syscall,
    // signals
    SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_rt_sigtimedwait, SYS_sigaltstack,
    // about itself and the machine
    SYS_getpid, SYS_gettid, SYS_getppid, SYS_getuid, SYS_geteuid, SYS_getgid, SYS_getegid, SYS_getrusage, SYS_getrlimit,
    SYS_uname, SYS_sysinfo, SYS_getrandom};

/// While it starts: listeners, and whether somebody else already answers at a unix socket's path.
constexpr unsigned kAllowedAtFirst[] = {SYS_bind, SYS_listen, SYS_connect, SYS_chmod, SYS_fchmodat};

/// No part of the program, nor of its libraries, calls these once it runs.
constexpr unsigned kDeadly[] = {
    SYS_execve,      SYS_execveat,     SYS_ptrace,          SYS_process_vm_readv, SYS_process_vm_writev,
    SYS_kcmp,        SYS_mount,        SYS_umount2,         SYS_move_mount,       SYS_fsopen,
    SYS_fsmount,     SYS_open_tree,    SYS_pivot_root,      SYS_chroot,           SYS_unshare,
    SYS_setns,       SYS_bpf,          SYS_perf_event_open, SYS_userfaultfd,      SYS_io_uring_setup,
    SYS_init_module, SYS_finit_module, SYS_delete_module,   SYS_kexec_load,       SYS_kexec_file_load,
    SYS_add_key,     SYS_request_key,  SYS_keyctl,          SYS_reboot,           SYS_swapon,
    SYS_swapoff,     SYS_iopl,         SYS_ioperm,          SYS_modify_ldt,       SYS_open_by_handle_at};

constexpr std::uint32_t kWrites = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND;
constexpr std::uint32_t kNamespaces =
    CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;

std::vector<CallRule> rules_of(Phase phase) {
  std::vector<CallRule> rules;
  const auto all = [&rules](auto&& numbers, Fate fate) {
    std::transform(std::begin(numbers), std::end(numbers), std::back_inserter(rules),
                   [fate](unsigned number) { return CallRule{.number = number, .fate = fate}; });
  };
  const auto where = [&rules](unsigned number, unsigned argument, std::uint32_t mask,
                              std::initializer_list<std::uint32_t> values) {
    rules.push_back({.number = number, .argument = argument, .mask = mask, .values = values});
  };
  constexpr std::uint32_t kWhole = ~std::uint32_t{0};
  all(kAllowed, Fate::allowed);
  all(kDeadly, Fate::deadly);
  where(SYS_open, 1, kWrites, {0});
  where(SYS_openat, 2, kWrites, {0});
  where(SYS_mmap, 2, PROT_EXEC, {0});
  where(SYS_mprotect, 2, PROT_EXEC, {0});
  // clone3 takes its flags where a filter cannot look; without it the C library calls clone.
  rules.push_back({.number = SYS_clone3, .fate = Fate::unknown});
  where(SYS_clone, 0, CLONE_THREAD | kNamespaces, {CLONE_THREAD});
  where(SYS_tgkill, 0, kWhole, {static_cast<std::uint32_t>(::getpid())});  // abort(3)
  where(SYS_prlimit64, 0, kWhole, {0});
  where(SYS_prctl, 0, kWhole, {PR_SET_NAME, PR_GET_NAME, PR_SET_VMA, PR_SET_NO_NEW_PRIVS});
  where(SYS_ioctl, 1, kWhole, {FIONREAD, FIONBIO, TCGETS, TIOCGWINSZ});
  if (phase == Phase::starting) {
    all(kAllowedAtFirst, Fate::allowed);
    where(SYS_socket, 0, kWhole, {AF_UNIX, AF_INET, AF_INET6});
    where(SYS_seccomp, 0, kWhole, {1});  // SECCOMP_SET_MODE_FILTER: the next phase's
  } else {
    where(SYS_socket, 0, kWhole, {AF_UNIX});  // to tell the service manager how we are
  }
  return rules;
}

}  // namespace

core::Result<void> restrict_server_calls(Phase phase) { return restrict_calls(rules_of(phase), kNewest); }

}  // namespace pelton::sandbox
