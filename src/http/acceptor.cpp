#include "http/acceptor.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <utility>

namespace pelton::http {

namespace {
constexpr int kAcceptedAtOnce = 64;
constexpr int kMostQueued = 4096;  ///< as many as a socket's queue may hold
constexpr auto kPause = std::chrono::milliseconds(100);
}  // namespace

Acceptor::ResumeTask::ResumeTask(Acceptor& owner)
    : core::Task([](core::Task& task) { static_cast<ResumeTask&>(task).acceptor.resume(); }), acceptor(owner) {}

Acceptor::Acceptor(std::span<const std::unique_ptr<IoLoop>> loops, Census& census, ConnectionObserver& observer)
    : loops_(loops), census_(census), observer_(observer), timer_(loops.front()->context()), resume_task_(*this) {
  census_.on_room(*loops_.front(), resume_task_);
}

void Acceptor::start(std::span<ListeningSocket> sockets) {
  for (ListeningSocket& socket : sockets) {
    doors_.push_back(std::make_unique<Door>(loops_.front()->context(), socket));
  }
  resume();
}

void Acceptor::close() {
  for (const auto& door : doors_) {
    // A client whose connection stands in the queue would be reset; it is served instead.
    accept_some(*door, kMostQueued);
  }
  doors_.clear();
  timer_.cancel();
}

void Acceptor::await(Door& door) {
  door.waiting = true;
  door.socket.async_wait(net::posix::stream_descriptor::wait_read,
                         [this, &door](const boost::system::error_code& error) {
                           if (error) return;
                           door.waiting = false;
                           on_ready(door);
                         });
}

void Acceptor::on_ready(Door& door) {
  switch (accept_some(door, kAcceptedAtOnce)) {
    case Accepted::all:
    case Accepted::some: await(door); break;
    case Accepted::no_room: observer_.refused("limit"); break;  // the census runs resume_task_
    case Accepted::no_descriptors:
      observer_.refused("descriptors");
      pause_briefly();
      break;
  }
}

Acceptor::Accepted Acceptor::accept_some(Door& door, int most) {
  for (int i = 0; i < most; ++i) {
    if (!census_.room()) return Accepted::no_room;
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    UniqueFd socket(::accept4(door.socket.native_handle(), reinterpret_cast<sockaddr*>(&address), &size,
                              SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (socket) {
      deal(std::move(socket), PeerAddress(address), door.tls);
      continue;
    }
    switch (errno) {
      case EAGAIN: return Accepted::all;
      case EMFILE:
      case ENFILE:
      case ENOBUFS:
      case ENOMEM: return Accepted::no_descriptors;
      default: break;  // that one client failed (accept(2) lists its network errors): on to the next
    }
  }
  return Accepted::some;
}

void Acceptor::deal(UniqueFd socket, const PeerAddress& peer, bool tls) {
  if (!census_.enter(peer.text())) {
    observer_.refused("address_limit");
    return;
  }
  observer_.opened();
  const auto fewest = std::min_element(
      loops_.begin(), loops_.end(), [](const auto& a, const auto& b) { return a->connections() < b->connections(); });
  (*fewest)->adopt(std::move(socket), peer, tls);
}

/// The descriptors may be anybody's in this process, so nobody tells when one is free: try again soon.
void Acceptor::pause_briefly() {
  timer_.expires_after(kPause);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) resume();
  });
}

void Acceptor::resume() {
  for (const auto& door : doors_) {
    if (!door->waiting) await(*door);
  }
}

}  // namespace pelton::http
