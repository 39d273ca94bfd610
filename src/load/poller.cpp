#include "load/poller.hpp"

#include <sys/prctl.h>

#include <algorithm>
#include <cerrno>
#include <ctime>

namespace pelton::load {

EpollPoller::EpollPoller() noexcept : slack_before_(::prctl(PR_GET_TIMERSLACK)) { ::prctl(PR_SET_TIMERSLACK, 1UL); }

EpollPoller::~EpollPoller() {
  if (slack_before_ > 0) ::prctl(PR_SET_TIMERSLACK, static_cast<unsigned long>(slack_before_));
}

core::TimePoint EpollPoller::now() const noexcept { return core::SteadyClock::instance().now(); }

std::size_t EpollPoller::wait(int epoll, std::span<epoll_event> events, core::TimePoint until) noexcept {
  const auto left = std::max(core::Duration(0), until - now());
  const int room = static_cast<int>(events.size());
  int ready = -1;
  if (nanoseconds_) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(left);
    const timespec timeout{seconds.count(), static_cast<long>((left - seconds).count())};
    ready = ::epoll_pwait2(epoll, events.data(), room, &timeout, nullptr);
    nanoseconds_ = ready >= 0 || errno != ENOSYS;
  }
  if (!nanoseconds_) {
    // Whole milliseconds, rounded down: the last one is spent asking again and again, never too late.
    const auto ms = std::chrono::floor<std::chrono::milliseconds>(left).count();
    ready = ::epoll_wait(epoll, events.data(), room, static_cast<int>(std::min<decltype(ms)>(ms, 60'000)));
  }
  return ready < 0 ? 0 : static_cast<std::size_t>(ready);
}

}  // namespace pelton::load
