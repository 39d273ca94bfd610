// Bodies that are taken in pieces, and the answers that go out meanwhile.
#include <algorithm>
#include <exception>
#include <limits>
#include <utility>

#include "http/connection.hpp"

namespace pelton::http {

namespace {
/// What may always wait to be sent while a body arrives.
constexpr std::size_t kLittle = 256 * 1024;
}  // namespace

std::size_t Connection::most_unsent(MayWait wait) const noexcept {
  switch (wait) {
    case MayWait::little: break;
    case MayWait::a_body: return std::max(loop_.settings().limits.body_bytes, kLittle);
    case MayWait::all: return std::numeric_limits<std::size_t>::max();
  }
  return kLittle;
}

bool Connection::wants_pieces(const RequestHead& head) const {
  return head.view.http11 && head.content_coding == ContentCoding::identity &&
         head.content_length <= loop_.settings().limits.stream_bytes && loop_.service().wants_pieces(head.view);
}

/// Gives the body to a sink of the service's, once all earlier requests are answered: so its answer can
/// leave as it is written. False where it has to wait.
bool Connection::open_body(RequestHead& head) {
  paused_ = replies_.waiting() != 0;
  if (paused_) return false;
  if (head.expect_continue) {
    replies_.add_interim();
    schedule_flush();
  }
  const std::uint64_t sequence = admit(head);
  hold();
  last_ = true;  // should the service answer at once: then the body is not read
  try {
    BodySink* const sink = loop_.service().open_body(head.view, Responder(this, sequence));
    if (is_open()) {
      sink_ = sink;
    } else if (sink != nullptr) {
      sink->abandon();
    }
  } catch (const std::exception&) {
    refused_as("service");
  }
  if (sink_ == nullptr) return false;
  last_ = false;
  reader_.stream(head);
  reader_.take_continue();
  return true;
}

/// Offers the sink what has come of its body. True once the body has ended.
bool Connection::feed() {
  while (is_open() && sink_ != nullptr) {
    paused_ = !sink_->ready() || replies_.unsent().size() > most_unsent(sink_->may_wait());
    if (paused_) return false;
    const std::string_view piece = reader_.piece();
    if (!piece.empty()) {
      reader_.took(sink_->take(piece));
    } else if (reader_.refusal().status != 0) {
      refused_as(reason_of(reader_.refusal()));
      fail_body(reader_.refusal());
      return false;
    } else if (reader_.body_ended()) {
      end_body();
      return true;
    } else {
      return false;
    }
  }
  return false;
}

void Connection::end_body() {
  reader_.end_body();
  started_ = loop_.now();
  if (last_after_body_) last_ = true;
  std::exchange(sink_, nullptr)->end();
}

void Connection::fail_body(const Refusal& refusal) {
  last_ = true;
  std::exchange(sink_, nullptr)->fail(refusal.status, refusal.detail);
  update_waiting();
}

void Connection::begin_stream(std::uint64_t sequence, const ReplyHead& head) noexcept {
  if (!is_open()) return;
  try {
    if (loop_.draining() && sink_ != nullptr) last_after_body_ = true;
    if (loop_.draining() && reader_.idle() && sequence + 1 == replies_.next()) last_ = true;
    const bool newest = sequence + 1 == replies_.next();
    replies_.begin_stream(sequence, head, newest && (last_ || last_after_body_));
    schedule_flush();
  } catch (const std::exception&) {
    refused_as("memory");
    cut();
  }
}

core::TextBuffer& Connection::begin_piece() noexcept {
  if (is_open()) {
    try {
      return replies_.begin_piece();
    } catch (const std::exception&) {
      refused_as("memory");
      cut();
    }
  }
  loop_.scratch().clear();
  return loop_.scratch();
}

void Connection::end_piece() noexcept {
  if (!is_open()) return;
  try {
    replies_.end_piece();
    schedule_flush();
  } catch (const std::exception&) {
    refused_as("memory");
    cut();
  }
}

void Connection::finish_stream(bool whole) noexcept {
  if (!is_open()) return;
  try {
    // The body's rest is not wanted any more, and what follows it cannot be read.
    if (std::exchange(sink_, nullptr) != nullptr) last_ = true;
    const bool newest = replies_.waiting() == 1;
    if (!whole) last_ = true;
    replies_.finish_stream(whole, !whole || (newest && last_));
    schedule_flush();
  } catch (const std::exception&) {
    refused_as("memory");
    cut();
  }
}

void Connection::read_on() noexcept {
  if (!is_open() || !paused_) return;
  try {
    if (blocked_) {
      schedule_read();  // it may still send
    } else {
      schedule_flush();
    }
  } catch (const std::exception&) {
    refused_as("memory");
    cut();
  }
}

}  // namespace pelton::http
