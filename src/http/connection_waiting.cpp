// What a connection waits for, how long, and what it does when that is over.
#include <sys/epoll.h>

#include "http/connection.hpp"

namespace pelton::http {

/// The client asks again too soon: its bytes stay in the socket. Whoever waits as it should costs nothing.
void Connection::rest() {
  if (resting_ || (waits_for_ & EPOLLIN) == 0) return;
  loop_.add_resting(*this, rest_until_);
  resting_ = true;
  update_waiting();
}

void Connection::end_rest() {
  resting_ = false;
  if (!is_open() || lingering_) return;
  guarded([this] { receive(); });
}

void Connection::on_drain() {
  // Whoever has begun to shake hands is about to ask something.
  if (!is_open() || lingering_ || (greeting_ && (greeting_->waits() || greeting_->under_way()))) return;
  finish_if_idle();
}

bool Connection::idle() const noexcept {
  return replies_.waiting() == 0 && replies_.unsent().empty() && reader_.idle();
}

void Connection::finish_if_idle() {
  // Bytes that arrived but were not read yet are a request on its way.
  if (idle() && !transport_.bytes_wait()) cut();
}

void Connection::on_deadline() {
  const Timeouts& timeouts = loop_.settings().timeouts;
  if (lingering_) {
    cut();
  } else if (blocked_ || greeting_) {
    refused_as("slow");
    cut();
  } else if (reader_.idle()) {
    // Between requests, or before the first: closed without a word, unless bytes have just come.
    if (replies_.waiting() != 0) return;
    if (transport_.bytes_wait()) {
      loop_.wheel().aim(*this, loop_.now() + timeouts.header);
      return;
    }
    if (served_ == 0) refused_as("slow");
    cut();
  } else if (!last_ && !paused_) {
    refused_as("slow");
    guarded([this] {
      if (sink_ != nullptr) return fail_body({408, "the body did not arrive in time"});
      refuse(
          {408, reader_.in_body() ? "the body did not arrive in time" : "the request's head did not arrive in time"});
      update_waiting();
    });
  }
}

void Connection::update_deadline() {
  const Timeouts& timeouts = loop_.settings().timeouts;
  core::TimePoint deadline = TickWheel::kNever;
  if (lingering_) {
    deadline = last_progress_ + timeouts.linger;
  } else if (blocked_ && (sink_ == nullptr || paused_)) {  // else it may be about to send all of its body first
    deadline = last_progress_ + timeouts.write;
  } else if (last_ || paused_) {
    deadline = TickWheel::kNever;  // it is the service's turn, which keeps its own deadlines
  } else if (reader_.in_body()) {
    deadline = loop_.now() + timeouts.body;
  } else if (!reader_.idle()) {
    deadline = started_ + timeouts.header;
  } else if (replies_.waiting() == 0) {
    deadline = loop_.now() + timeouts.idle;
  }
  loop_.wheel().aim(*this, deadline);
}

void Connection::wait_for(std::uint32_t events) {
  if (events == waits_for_) return;
  waits_for_ = events;
  if (!loop_.watch(transport_.fd(), *this, events, false)) cut();
}

/// Asks the epoll set for what this connection can do next, and the wheel for its deadline.
void Connection::update_waiting() {
  if (!is_open()) return;
  std::uint32_t events = 0;
  if (lingering_ || (!last_ && !paused_ && !resting_)) events |= EPOLLIN;
  if (blocked_) events |= EPOLLOUT;
  // Nothing is to be read, but whether anybody still waits for an answer is worth knowing.
  if ((events & EPOLLIN) == 0 && replies_.waiting() != 0 && !hung_up()) events |= EPOLLRDHUP;
  if (transport_.is_tls()) [[unlikely]]
    events = waits_through_tls(events);
  update_deadline();
  wait_for(events);
}

/// Under TLS bytes may be there already, or reading may need the socket to take something first.
std::uint32_t Connection::waits_through_tls(std::uint32_t events) {
  if ((events & EPOLLIN) == 0) return events;
  if (transport_.receive_needs_output()) return EPOLLOUT;
  if (transport_.holds_more()) schedule_read();
  return events;
}

Connection::ReadTask::ReadTask(Connection& owner)
    : core::Task([](core::Task& task) {
        Connection& self = static_cast<ReadTask&>(task).connection;
        self.read_queued_ = false;
        self.guarded([&self] {
          if (!self.is_open() || self.lingering_) return;
          if (self.paused_) {
            self.process();
            self.update_waiting();
          } else if ((self.waits_for_ & EPOLLIN) != 0) {
            self.receive();
          }
        });
        self.release();
      }),
      connection(owner) {}

void Connection::schedule_read() {
  if (read_queued_) return;
  read_queued_ = true;
  hold();
  loop_.defer(read_task_);
}

}  // namespace pelton::http
