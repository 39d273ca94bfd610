#pragma once

#include <sys/epoll.h>

#include <cstddef>
#include <span>

#include "core/clock.hpp"

namespace pelton::load {

/// How a generator waits, for sockets and for time together; handed in so that tests decide what
/// time it is. One thread's.
class Poller {
 public:
  virtual ~Poller() = default;

  virtual core::TimePoint now() const noexcept = 0;
  /// Waits until a socket that `epoll` watches is ready or `until` has come, and gives the ready ones
  /// (0 where time ran out or a signal came).
  virtual std::size_t wait(int epoll, std::span<epoll_event> events, core::TimePoint until) noexcept = 0;
};

/// The machine's clock and epoll_pwait2(2), with the thread's timer slack at its least while it
/// lives: a request that leaves late because its sender overslept would count against the server.
class EpollPoller final : public Poller {
 public:
  EpollPoller() noexcept;
  ~EpollPoller() override;
  EpollPoller(const EpollPoller&) = delete;
  EpollPoller& operator=(const EpollPoller&) = delete;

  core::TimePoint now() const noexcept override;
  std::size_t wait(int epoll, std::span<epoll_event> events, core::TimePoint until) noexcept override;

 private:
  int slack_before_;
  bool nanoseconds_ = true;  ///< whether the kernel has epoll_pwait2 (Linux 5.11)
};

}  // namespace pelton::load
