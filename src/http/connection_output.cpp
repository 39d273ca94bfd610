// The sending half of a connection: answers, lingering, and the way to the end.
#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "http/connection.hpp"

namespace pelton::http {

namespace {
constexpr std::size_t kDiscardedAtOnce = 64 * 1024;
/// What a body may be, for lingering, where the limit is lower.
constexpr std::size_t kLingeredBodies = 64 << 20;
}  // namespace

/// Answers of one round leave in one send, at its end.
void Connection::schedule_flush() {
  if (flush_queued_ || blocked_) return;
  flush_queued_ = true;
  hold();
  loop_.defer(flush_task_);
}

void Connection::flush() {
  if (!is_open() || lingering_) return;
  if (send_all()) {
    after_flush();
  } else if (is_open() && paused_ && sink_ != nullptr) {
    schedule_read();  // a client that takes no answers may still send
  }
}

/// Whether everything was taken; otherwise waits until the socket takes more, or has closed.
bool Connection::send_all() {
  while (!replies_.unsent().empty()) {
    const std::string_view bytes = replies_.unsent();
    const ssize_t n = transport_.send(bytes);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno != EAGAIN) {
      cut();  // the client has gone: normal
      return false;
    }
    if (n > 0) {
      replies_.sent(static_cast<std::size_t>(n));
      last_progress_ = loop_.now();
    }
    if (n == static_cast<ssize_t>(bytes.size())) continue;
    if (!blocked_ && n <= 0) last_progress_ = loop_.now();
    blocked_ = true;
    update_waiting();
    return false;
  }
  blocked_ = false;
  return true;
}

void Connection::after_flush() {
  if (replies_.closing()) {
    linger();
    return;
  }
  if (ended_ && replies_.waiting() == 0) {
    cut();
    return;
  }
  if (paused_) {
    process();
    if (!is_open()) return;
  }
  if (loop_.draining() && !last_ && idle()) {
    finish_if_idle();
    if (!is_open()) return;
  }
  update_waiting();
}

/// Closing a socket that has unread bytes resets it, and may take back the answer the client has
/// not read yet. So only the sending side is closed, and what still comes is read away for a while.
void Connection::linger() {
  if (ended_) {
    cut();
    return;
  }
  transport_.end_sending();
  lingering_ = true;
  finished_ = true;
  last_progress_ = loop_.now();
  loop_.census().finish();
  update_waiting();
}

void Connection::discard() {
  core::TextBuffer& scratch = loop_.scratch();
  scratch.clear();
  const ssize_t n = transport_.receive(scratch.room(kDiscardedAtOnce), kDiscardedAtOnce);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (n > 0) {
    lingered_ += static_cast<std::size_t>(n);
    // Twice the largest body: a client that sends more without reading is not worth waiting for. A proxy does
    // not read before it has sent all, whatever our limit is.
    if (lingered_ / 2 <= std::max(loop_.settings().limits.body_bytes, kLingeredBodies)) return;
  }
  cut();
}

}  // namespace pelton::http
