#include "http/connection.hpp"

#include <sys/epoll.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <memory>
#include <utility>

namespace pelton::http {

namespace {

/// A client that does not read its answers is not read from either, beyond this many bytes unsent.
constexpr std::size_t kMostUnsent = 1024 * 1024;
/// What an answer to nobody may leave behind.
constexpr std::size_t kScratchKept = 1024 * 1024;
/// While a body arrives one event reads this often before others have their turn.
constexpr int kReadsAtOnce = 8;

std::string_view extra_headers(int status) noexcept {
  switch (status) {
    case 405: return "Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n";
    case 415: return "Accept-Encoding: gzip, deflate\r\n";
    case 503: return "Retry-After: 1\r\n";
    case 426: return "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n";
    default: return {};
  }
}

}  // namespace

Connection::FlushTask::FlushTask(Connection& owner)
    : core::Task([](core::Task& task) {
        Connection& self = static_cast<FlushTask&>(task).connection;
        self.flush_queued_ = false;
        self.guarded([&self] { self.flush(); });
        self.release();
      }),
      connection(owner) {}

Connection::Connection(IoLoop& loop, UniqueFd socket, const PeerAddress& peer)
    : loop_(loop),
      transport_(std::move(socket)),
      reader_(loop.reader_shared()),
      replies_(loop.reply_shared()),
      started_(loop.now()),
      last_progress_(loop.now()),
      peer_(peer),
      flush_task_(*this),
      read_task_(*this) {}

void Connection::open(IoLoop& loop, UniqueFd socket, const PeerAddress& peer, bool tls) {
  std::unique_ptr<Connection> fresh(new Connection(loop, std::move(socket), peer));
  if (tls) fresh->greeting_ = std::make_unique<Greeting>(*fresh);
  loop.joined(*fresh);
  Connection* const self = fresh.release();
  self->waits_for_ = EPOLLIN;
  if (!loop.watch(self->transport_.fd(), *self, EPOLLIN, true)) {
    self->cut();
    return;
  }
  const Timeouts& timeouts = loop.settings().timeouts;
  loop.wheel().aim(*self, loop.now() + (tls ? timeouts.handshake : timeouts.first_byte));
  if (loop.draining()) self->on_drain();
}

void Connection::cut() {
  if (!is_open()) return;
  loop_.wheel().remove(*this);
  loop_.left(*this);
  greeting_.reset();
  transport_.close(!blocked_);
  loop_.census().leave(peer_.text(), finished_);
  loop_.observer().closed();
  if (sink_ != nullptr) std::exchange(sink_, nullptr)->abandon();
  release();
}

void Connection::refused_as(const char* reason) noexcept { loop_.observer().refused(reason); }

void Connection::on_event(std::uint32_t events) {
  if (!is_open()) return;
  guarded([this, events] {
    if ((events & EPOLLERR) != 0 || ((events & EPOLLHUP) != 0 && (waits_for_ & EPOLLIN) == 0)) {
      cut();  // reset by the client, or gone while nothing was to be read
      return;
    }
    if (greeting_) [[unlikely]] {
      greet();
      return;
    }
    if ((events & EPOLLRDHUP) != 0) {
      hung_up_ = true;
      update_waiting();
    }
    if ((events & EPOLLOUT) != 0) {
      flush();
      if (is_open() && transport_.receive_needs_output()) receive();
    }
    if (!is_open() || (events & (EPOLLIN | EPOLLHUP)) == 0) return;
    if (lingering_) {
      discard();
    } else if (loop_.now() < rest_until_) [[unlikely]] {
      rest();
    } else if ((waits_for_ & EPOLLIN) != 0) {
      receive();
    }
  });
}

void Connection::receive() {
  for (int reads = 0; reads < kReadsAtOnce; ++reads) {
    const bool was_idle = reader_.idle();
    if (!reader_.make_room()) {
      process();  // which refuses it
      break;
    }
    const std::size_t room = reader_.free();
    const ssize_t n = transport_.receive(reader_.tail(), room);
    if (n < 0) {
      if (errno == EAGAIN || errno == EINTR) break;
      cut();
      return;
    }
    if (n == 0) {
      on_end_of_input();
      return;
    }
    if (was_idle) started_ = loop_.now();
    reader_.added(static_cast<std::size_t>(n));
    process();
    // Only a body is worth another try: a full buffer says that more of it is there already. What TLS
    // holds already is, too.
    const bool more = (reader_.in_body() && static_cast<std::size_t>(n) == room) || transport_.holds_more();
    if (!more || last_ || paused_) break;
  }
  update_waiting();
}

/// The client has said all it will. It may still read: what it asked for is answered.
void Connection::on_end_of_input() {
  ended_ = true;
  last_ = true;
  if (sink_ != nullptr) {  // in the middle of a body
    cut();
    return;
  }
  if (replies_.waiting() == 0 && replies_.unsent().empty()) {
    cut();
    return;
  }
  update_waiting();
}

bool Connection::may_read_on() const noexcept {
  return replies_.waiting() < loop_.settings().limits.pipelined && replies_.unsent().size() < kMostUnsent;
}

/// Takes every whole request out of what was read, as far as the limits let it.
void Connection::process() {
  RequestHead head;
  while (is_open() && !last_) {
    if (sink_ != nullptr) {
      if (!feed()) return;
      continue;
    }
    paused_ = !may_read_on();
    if (paused_) return;
    RequestReader::Next next = reader_.next(head);
    if (next == RequestReader::Next::body_ahead) {
      if (wants_pieces(head)) {
        if (!open_body(head)) return;
        continue;
      }
      next = reader_.collect(head);
    }
    switch (next) {
      case RequestReader::Next::need_more: send_continue(); return;
      case RequestReader::Next::request:
        send_continue();
        dispatch(head);
        started_ = loop_.now();
        break;
      default:
        refused_as(reason_of(reader_.refusal()));
        refuse(reader_.refusal(), head);
        return;
    }
  }
}

void Connection::send_continue() {
  if (!reader_.take_continue()) return;
  replies_.add_interim();
  schedule_flush();
}

std::uint64_t Connection::admit(RequestHead& head) {
  const std::uint64_t sequence = replies_.admit({.http11 = head.view.http11,
                                                 .keep_alive = head.keep_alive,
                                                 .head = head.view.verb == Verb::head,
                                                 .coding = head.accept_coding});
  ++served_;
  const std::size_t most = loop_.settings().limits.requests_per_connection;
  last_after_body_ = !head.keep_alive || (most != 0 && served_ >= most);
  head.view.peer = peer_.text();
  head.view.encrypted = transport_.is_tls();
  head.view.received = started_;
  head.view.backlog = loop_.backlog();
  head.view.handed_over = loop_.now();
  return sequence;
}

void Connection::dispatch(RequestHead& head) {
  const std::uint64_t sequence = admit(head);
  if (last_after_body_) last_ = true;
  hold();
  try {
    loop_.service().on_request(head.view, Responder(this, sequence));
  } catch (const std::exception&) {
    // Unwinding destroyed the responder, which answered 500.
    refused_as("service");
  }
}

/// Answers what never became a request, after those before it, and reads no further.
/// `head` is what has been read of its head.
void Connection::refuse(const Refusal& refusal, RequestHead head) {
  last_ = true;
  const bool is_head = head.view.verb == Verb::head;
  const RequestView* const known = !head.view.path.empty() || reader_.read_known(head) ? &head.view : nullptr;
  core::TextBuffer text;
  const std::string_view type = loop_.service().write_protocol_error(refusal.status, refusal.detail, known, text);
  const std::uint64_t sequence = replies_.admit({.keep_alive = false, .head = is_head});
  begin(sequence, {.status = refusal.status, .content_type = type, .headers = extra_headers(refusal.status)})
      .append(text.view());
  finish();
}

core::TextBuffer& Connection::begin(std::uint64_t sequence, const ReplyHead& head) noexcept {
  if (is_open()) {
    try {
      if (sink_ != nullptr) {  // its body is not wanted any more
        sink_ = nullptr;
        last_ = true;
      }
      const bool newest = sequence + 1 == replies_.next();
      // While draining, the answer to the last request that has arrived is the last.
      if (newest && loop_.draining() && reader_.idle()) last_ = true;
      if (head.respite > core::Duration(0)) rest_until_ = loop_.now() + head.respite;
      return replies_.begin(sequence, head, newest && last_);
    } catch (const std::exception&) {
      refused_as("memory");
      cut();
    }
  }
  loop_.scratch().clear();
  return loop_.scratch();
}

void Connection::finish() noexcept {
  if (!is_open()) {
    if (loop_.scratch().capacity() > kScratchKept) loop_.scratch().release();
    return;
  }
  try {
    replies_.finish();
    schedule_flush();
  } catch (const std::exception&) {
    refused_as("memory");
    cut();
  }
}

void Connection::answer_failure(std::uint64_t sequence) noexcept {
  if (!is_open()) return;
  take_back(sequence);
  if (replies_.streaming() && replies_.is_oldest(sequence)) {
    finish_stream(false);
    return;
  }
  try {
    core::TextBuffer text;
    const std::string_view type =
        loop_.service().write_protocol_error(500, "the request was dropped without an answer", nullptr, text);
    begin(sequence, {.status = 500, .content_type = type}).append(text.view());
    finish();
  } catch (const std::exception&) {
    refused_as("memory");
    cut();
  }
}

}  // namespace pelton::http
