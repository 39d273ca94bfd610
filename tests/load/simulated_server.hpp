#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "load/poller.hpp"
#include "load/request.hpp"
#include "load/socket.hpp"

namespace pelton::load::testing {

/// A server and the passing of time, both in the generator's own thread: sockets are real (a unix
/// socket), time is simulated. Whenever the generator waits, the server takes what has come, and if
/// nothing is ready time jumps to the next thing that happens. Runs of minutes take milliseconds and
/// give the same figures every time.
class SimulatedServer final : public Poller {
 public:
  struct Plan {
    /// Requests are served one after another, this long each.
    core::Duration service{};
    /// Nothing is answered between these two moments (from the server's start).
    core::Duration pause_from{};
    core::Duration pause_to{};
    /// The bytes of answer number n (from 0); empty: close the connection instead.
    std::function<std::string(std::uint64_t)> answer{};
    bool close_after_answer = false;
    bool never_answer = false;
  };

  explicit SimulatedServer(Plan plan);
  ~SimulatedServer() override;

  Address address() const { return Address::unix_socket(path_); }
  std::uint64_t requests_seen() const { return seen_; }
  std::uint64_t connections_seen() const { return accepted_; }
  std::size_t most_in_flight() const { return most_in_flight_; }
  /// What came, a piece after another.
  const std::vector<std::string>& received() const { return received_; }

  core::TimePoint now() const noexcept override { return clock_.now(); }
  std::size_t wait(int epoll, std::span<epoll_event> events, core::TimePoint until) noexcept override;

  static std::string plain_answer(std::string_view status = "200 OK");

 private:
  void step();
  void accept_all();
  void take_requests(int fd);
  core::TimePoint ready_at(core::TimePoint arrival);

  Plan plan_;
  std::string path_;
  FileDescriptor listener_;
  FileDescriptor epoll_;
  core::ManualClock clock_;
  core::TimePoint start_;
  core::TimePoint busy_until_;
  std::map<int, FileDescriptor> connections_;
  std::multimap<core::TimePoint, int> answers_;  ///< when which connection is answered
  std::uint64_t seen_ = 0;
  std::uint64_t accepted_ = 0;
  std::uint64_t answered_ = 0;
  std::size_t most_in_flight_ = 0;
  std::vector<std::string> received_;
};

/// A request whose length the server above knows: it has no body.
Request simple_request();

}  // namespace pelton::load::testing
