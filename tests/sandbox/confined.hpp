#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <exception>
#include <system_error>

namespace pelton::sandbox::test {

/// What became of a child process: 0 where it said true, 1 where it said false, 128 + a signal that ended it.
/// A sandbox cannot be left again, so every trial has a process of its own.
template <class Trial>
int in_a_child(Trial trial) {
  const pid_t child = ::fork();
  if (child == 0) {
    bool good = false;
    try {
      good = trial();
    } catch (const std::exception&) {
      ::_exit(2);
    }
    ::_exit(good ? 0 : 1);
  }
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/// What one process tells another, once: a byte through a pipe.
class Signal {
 public:
  Signal() {
    if (::pipe(ends_.data()) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  }
  ~Signal() {
    for (const int end : ends_) ::close(end);
  }
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;

  bool give() const { return ::write(ends_[1], "x", 1) == 1; }
  bool await() const {
    char given = 0;
    return ::read(ends_[0], &given, 1) == 1;
  }

 private:
  std::array<int, 2> ends_{};
};

/// Whether the call failed with `error_number`.
inline bool failed_with(long result, int error_number) { return result < 0 && errno == error_number; }

}  // namespace pelton::sandbox::test
