#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "load/channel.hpp"
#include "load/poller.hpp"
#include "load/reply_reader.hpp"
#include "load/request.hpp"
#include "load/schedule.hpp"
#include "load/scoreboard.hpp"
#include "load/socket.hpp"
#include "tls/client_context.hpp"

namespace pelton::load {

/// One thread's share of a run.
struct GeneratorSettings {
  Address address;
  std::shared_ptr<const tls::ClientContext> tls{};  ///< not null: connections speak TLS…
  std::string server_name{};                        ///< … to this server
  std::shared_ptr<const Request> request;           ///< of all threads
  std::size_t first_message = 0;                    ///< of the request's: where this thread begins
  std::size_t connections = 1;
  std::optional<double> rate;     ///< arrivals a second
  std::vector<RateStep> steps{};  ///< where not empty: rates one after another instead. Neither: closed loop
  core::Duration duration{};
  std::uint64_t max_requests = 0;  ///< 0: as many as the duration brings
  core::Duration timeout{};        ///< from the moment a request was due
  std::uint64_t seed = 1;
  ScoreSettings score{};
  std::function<void(double)> progress;  ///< told the share of the duration that is over, now and then
};

/// Sends requests over many connections from one thread and keeps the score.
///
/// Open loop: requests are due by a Poisson schedule, and go out on the connection that has been idle
/// longest. Where none is idle a request waits, and its latency still counts from the moment it was
/// due, so a slow server cannot slow down its own test (no coordinated omission). Closed loop: every
/// connection keeps one request in flight. At most one request is in flight on a connection.
///
/// Connections are opened before the clock starts, unless each is to carry one request only. After
/// the last request was due, answers are waited for at most kGrace (or the timeout, if shorter); what is
/// then still open counts as unanswered with its age.
class Generator {
 public:
  static constexpr core::Duration kGrace = std::chrono::seconds(1);

  Generator(GeneratorSettings settings, Poller& poller);

  /// Carries the run out. Fails only if epoll cannot be had; what goes wrong with requests is in the score.
  core::Result<Scoreboard> run();
  /// From the start of the clock to the last answer, or to where the run gave up. After `run`.
  core::Duration elapsed() const noexcept { return end_ - start_; }

 private:
  enum class State : std::uint8_t { closed, connecting, greeting, idle, sending, receiving };
  struct Connection {
    Channel channel;
    State state = State::closed;
    bool busy = false;  ///< it has a request (which may still wait for the connection)
    bool watches_output = false;
    std::size_t message = 0;  ///< which of the request's it sends
    std::size_t sent = 0;
    core::TimePoint due{};
    ReplyReader reader;
  };
  using Index = std::uint32_t;

  core::Result<void> open_epoll();
  void warm_up();
  void assign(core::TimePoint now);
  bool take_due(core::TimePoint now, core::TimePoint& due);
  bool more_due(core::TimePoint now) const;
  bool all_issued() const noexcept { return settings_.max_requests != 0 && issued_ >= settings_.max_requests; }
  void launch(Index index, core::TimePoint due);
  void connect(Index index);
  void connected(Index index);
  void shake_hands(Index index);
  void established(Index index);
  void handle(const epoll_event& event);
  void send(Index index);
  void receive(Index index);
  bool receive_piece(Index index);
  void complete(Index index, core::TimePoint now);
  void fail(Index index, Outcome outcome, core::TimePoint now);
  void shut(Index index);
  bool watch(Index index, std::uint32_t events, bool fresh);
  core::TimePoint next_wake(core::TimePoint now) const;
  void tick(core::TimePoint now);
  bool finished(core::TimePoint now) const;
  void abandon(core::TimePoint now);

  GeneratorSettings settings_;
  Poller& poller_;
  FileDescriptor epoll_;
  std::vector<Connection> connections_;
  std::deque<Index> free_;  ///< may take a request, longest idle first
  struct Resting {
    core::TimePoint until;
    Index index;
  };
  std::vector<Resting> resting_;  ///< failed, and do not try again before the next tick, or the one after a rest
  std::optional<PoissonSchedule> schedule_;
  std::optional<Scoreboard> score_;
  std::vector<char> input_;
  core::TimePoint start_{};
  core::TimePoint last_due_{};  ///< nothing is due after it
  core::TimePoint end_{};
  core::TimePoint next_tick_{};
  std::uint64_t issued_ = 0;
  std::size_t next_message_ = 0;
  std::size_t busy_ = 0;
  std::size_t connecting_ = 0;
};

}  // namespace pelton::load
