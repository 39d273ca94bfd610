#include "load/generator.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace pelton::load {

namespace {

constexpr std::size_t kInputBytes = 64 * 1024;
constexpr std::size_t kEvents = 256;
constexpr core::Duration kTick = std::chrono::milliseconds(10);   // how late a timeout may be noticed
constexpr core::Duration kRest = std::chrono::milliseconds(100);  // before a refused connection is tried again

}  // namespace

Generator::Generator(GeneratorSettings settings, Poller& poller)
    : settings_(std::move(settings)), poller_(poller), connections_(settings_.connections), input_(kInputBytes) {
  next_message_ = settings_.first_message % settings_.request->messages.size();
  for (Index i = 0; i < connections_.size(); ++i) free_.push_back(i);
}

core::Result<Scoreboard> Generator::run() {
  if (auto opened = open_epoll(); !opened) return std::move(opened).error();
  warm_up();
  start_ = next_tick_ = end_ = poller_.now();
  last_due_ = start_ + settings_.duration;
  if (!settings_.steps.empty()) {
    schedule_.emplace(settings_.steps, settings_.seed);
  } else if (settings_.rate) {
    schedule_.emplace(*settings_.rate, settings_.seed);
  }
  score_.emplace(start_, settings_.score);
  std::array<epoll_event, kEvents> events;
  for (core::TimePoint now = start_; !finished(now); now = poller_.now()) {
    tick(now);
    assign(now);
    const std::size_t ready = poller_.wait(epoll_.get(), events, next_wake(now));
    for (std::size_t i = 0; i < ready; ++i) handle(events[i]);
  }
  if (!all_issued()) end_ = std::max(end_, last_due_);
  abandon(poller_.now());
  score_->close();
  return std::move(*score_);
}

core::Result<void> Generator::open_epoll() {
  epoll_ = FileDescriptor(::epoll_create1(EPOLL_CLOEXEC));
  if (!epoll_) return core::errno_error("epoll_create1", errno);
  return {};
}

/// Opens every connection, as far as the server lets us within a timeout; failures show once a
/// request needs the connection.
void Generator::warm_up() {
  if (!settings_.request->keep_alive) return;
  for (Index i = 0; i < connections_.size(); ++i) connect(i);
  std::array<epoll_event, kEvents> events;
  const core::TimePoint give_up = poller_.now() + settings_.timeout;
  while (connecting_ != 0 && poller_.now() < give_up) {
    const std::size_t ready = poller_.wait(epoll_.get(), events, give_up);
    for (std::size_t i = 0; i < ready; ++i) handle(events[i]);
  }
}

/// Hands requests that are due to connections that are free.
void Generator::assign(core::TimePoint now) {
  core::TimePoint due;
  while (!free_.empty() && take_due(now, due)) {
    const Index index = free_.front();
    free_.pop_front();
    launch(index, due);
  }
}

/// The next request that is due, if one is. Those whose time ran out before they could be sent are
/// scored on the way: their caller would have hung up.
bool Generator::take_due(core::TimePoint now, core::TimePoint& due) {
  while (more_due(now)) {
    due = schedule_ ? start_ + schedule_->next() : now;
    ++issued_;
    if (schedule_) schedule_->advance();
    if (now - due < settings_.timeout) return true;
    score_->record(now, settings_.timeout, Outcome::timeout);
  }
  return false;
}

bool Generator::more_due(core::TimePoint now) const {
  if (all_issued()) return false;
  if (!schedule_) return now < last_due_;
  const core::TimePoint next = start_ + schedule_->next();
  return next <= now && next < last_due_;
}

void Generator::launch(Index index, core::TimePoint due) {
  Connection& connection = connections_[index];
  connection.busy = true;
  connection.due = due;
  connection.message = std::exchange(next_message_, (next_message_ + 1) % settings_.request->messages.size());
  connection.sent = 0;
  connection.reader.begin(settings_.request->head);
  ++busy_;
  if (connection.state == State::closed) {
    connect(index);
  } else if (connection.state == State::idle) {
    send(index);
  }
}

void Generator::connect(Index index) {
  Connection& connection = connections_[index];
  Attempt attempt = begin_connect(settings_.address);
  if (!attempt.socket) return fail(index, Outcome::connect, poller_.now());
  connection.channel = Channel(std::move(attempt.socket));
  connection.state = State::connecting;
  ++connecting_;
  if (!watch(index, attempt.connected ? EPOLLIN : EPOLLOUT, true)) return fail(index, Outcome::connect, poller_.now());
  if (attempt.connected) connected(index);
}

void Generator::connected(Index index) {
  if (settings_.tls == nullptr) return established(index);
  Connection& connection = connections_[index];
  connection.state = State::greeting;
  connection.channel.secure(settings_.tls->open(connection.channel.fd(), settings_.server_name));
  shake_hands(index);
}

void Generator::shake_hands(Index index) {
  const auto wait_for = [&](std::uint32_t events) {
    if (!watch(index, events, false)) fail(index, Outcome::connect, poller_.now());
  };
  switch (connections_[index].channel.session().handshake()) {
    case tls::Session::Step::needs_input: return wait_for(EPOLLIN);
    case tls::Session::Step::needs_output: return wait_for(EPOLLOUT);
    case tls::Session::Step::failed: return fail(index, Outcome::connect, poller_.now());
    case tls::Session::Step::done: break;
  }
  if (connections_[index].watches_output && !watch(index, EPOLLIN, false)) {
    return fail(index, Outcome::connect, poller_.now());
  }
  established(index);
}

/// The connection may carry requests.
void Generator::established(Index index) {
  Connection& connection = connections_[index];
  --connecting_;
  connection.state = State::idle;
  if (connection.busy) send(index);
}

void Generator::handle(const epoll_event& event) {
  const auto index = static_cast<Index>(event.data.u32);
  Connection& connection = connections_[index];
  switch (connection.state) {
    case State::closed: break;  // closed while its event waited in this round's list
    case State::connecting:
      if (connect_error(connection.channel.fd()) != 0) return fail(index, Outcome::connect, poller_.now());
      if (!watch(index, EPOLLIN, false)) return fail(index, Outcome::connect, poller_.now());
      connected(index);
      break;
    case State::greeting: shake_hands(index); break;
    case State::sending:
      // An answer may come before a long request is out (413); then reading goes first.
      if ((event.events & EPOLLIN) != 0) return receive(index);
      send(index);
      break;
    case State::idle:
    case State::receiving: receive(index); break;
  }
}

void Generator::send(Index index) {
  Connection& connection = connections_[index];
  const std::string& bytes = settings_.request->messages[connection.message];
  if (connection.sent == 0) score_->record_lag(poller_.now() - connection.due);
  connection.state = State::sending;
  while (connection.sent < bytes.size()) {
    const ssize_t n = connection.channel.send(bytes.data() + connection.sent, bytes.size() - connection.sent);
    if (n > 0) {
      connection.sent += static_cast<std::size_t>(n);
    } else if (errno == EAGAIN) {
      if (!connection.watches_output && !watch(index, EPOLLIN | EPOLLOUT, false)) break;
      return;
    } else if (errno != EINTR) {
      break;
    }
  }
  if (connection.sent < bytes.size()) return fail(index, Outcome::reset, poller_.now());
  connection.state = State::receiving;
  if (connection.watches_output && !watch(index, EPOLLIN, false)) fail(index, Outcome::reset, poller_.now());
}

void Generator::receive(Index index) {
  while (receive_piece(index) && connections_[index].channel.holds_more()) continue;
}

/// Whether the answer goes on.
bool Generator::receive_piece(Index index) {
  Connection& connection = connections_[index];
  const ssize_t n = connection.channel.receive(input_.data(), input_.size());
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return false;
  const core::TimePoint now = poller_.now();
  if (connection.state == State::idle) {
    shut(index);  // closed by the server, or unasked-for bytes
    return false;
  }
  if (n <= 0) {
    if (n == 0 && connection.reader.finish() == ReplyReader::Progress::done) {
      complete(index, now);
    } else {
      fail(index, Outcome::reset, now);
    }
    return false;
  }
  std::size_t used = 0;
  const auto progress = connection.reader.feed({input_.data(), static_cast<std::size_t>(n)}, used);
  if (progress == ReplyReader::Progress::more) return true;
  if (progress == ReplyReader::Progress::malformed || used != static_cast<std::size_t>(n)) {
    fail(index, Outcome::protocol, now);
  } else {
    complete(index, now);
  }
  return false;
}

/// A whole answer is in.
void Generator::complete(Index index, core::TimePoint now) {
  Connection& connection = connections_[index];
  const int status = connection.reader.status();
  const Outcome outcome = status >= 500 ? Outcome::status_5xx : status >= 400 ? Outcome::status_4xx : Outcome::answered;
  score_->record(now, now - connection.due, outcome);
  end_ = now;
  const bool whole = connection.state == State::receiving;  // otherwise the rest of the request is still to go
  const bool keep = whole && settings_.request->keep_alive && connection.reader.keep_alive();
  connection.state = State::idle;
  connection.busy = false;
  --busy_;
  if (!keep) shut(index);
  free_.push_back(index);
  assign(now);
}

/// The connection is of no more use; a request it has ends with `outcome`.
void Generator::fail(Index index, Outcome outcome, core::TimePoint now) {
  Connection& connection = connections_[index];
  shut(index);
  if (!connection.busy) return;  // still warming up: tried again when a request needs it
  score_->record(now, now - connection.due, outcome);
  end_ = now;
  connection.busy = false;
  --busy_;
  // Never free at once: a server that closes whatever it accepts would keep us here for good.
  resting_.push_back({outcome == Outcome::connect ? now + kRest : now, index});
}

void Generator::shut(Index index) {
  Connection& connection = connections_[index];
  if (connection.state == State::connecting || connection.state == State::greeting) --connecting_;
  connection.channel.reset();  // which takes it out of epoll too
  connection.state = State::closed;
  connection.watches_output = false;
}

bool Generator::watch(Index index, std::uint32_t events, bool fresh) {
  Connection& connection = connections_[index];
  epoll_event event{};
  event.events = events;
  event.data.u32 = index;
  connection.watches_output = (events & EPOLLOUT) != 0;
  return ::epoll_ctl(epoll_.get(), fresh ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, connection.channel.fd(), &event) == 0;
}

core::TimePoint Generator::next_wake(core::TimePoint now) const {
  core::TimePoint wake = next_tick_;
  if (!free_.empty() && schedule_ && !all_issued()) {
    const core::TimePoint next = start_ + schedule_->next();
    if (next < last_due_) wake = std::min(wake, next);
  }
  return std::max(now, wake);
}

/// Every 10 ms: requests whose time ran out, connections that may try again, the progress bar.
void Generator::tick(core::TimePoint now) {
  if (now < next_tick_) return;
  next_tick_ = now + kTick;
  for (Index i = 0; i < connections_.size(); ++i) {
    if (connections_[i].busy && now - connections_[i].due >= settings_.timeout) fail(i, Outcome::timeout, now);
  }
  std::erase_if(resting_, [&](const Resting& resting) {
    if (resting.until > now) return false;
    free_.push_back(resting.index);
    return true;
  });
  if (settings_.progress) {
    settings_.progress(std::min(1.0, std::chrono::duration<double>(now - start_) / settings_.duration));
  }
}

bool Generator::finished(core::TimePoint now) const {
  if (!all_issued() && now < last_due_) return false;
  if (now >= last_due_ + std::min(kGrace, settings_.timeout)) return true;
  return busy_ == 0 && (all_issued() || !schedule_ || start_ + schedule_->next() >= last_due_);
}

/// Scores what is still open when the run ends: sent without an answer, or due and never sent.
void Generator::abandon(core::TimePoint now) {
  if (busy_ == 0 && !(schedule_ && more_due(now))) return;
  end_ = now;
  for (const Connection& connection : connections_) {
    if (connection.busy) score_->record(now, now - connection.due, Outcome::unanswered);
  }
  free_.clear();
  core::TimePoint due;
  while (schedule_ && take_due(now, due)) score_->record(now, now - due, Outcome::unanswered);
}

}  // namespace pelton::load
