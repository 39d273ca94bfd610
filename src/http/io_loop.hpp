#pragma once

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "core/backlog_meter.hpp"
#include "core/event_loop.hpp"
#include "http/asio.hpp"
#include "http/census.hpp"
#include "http/handshakes.hpp"
#include "http/peer_address.hpp"
#include "http/reply_queue.hpp"
#include "http/request_reader.hpp"
#include "http/server.hpp"
#include "http/tick_wheel.hpp"
#include "http/tls_slot.hpp"
#include "http/unique_fd.hpp"

namespace pelton::http {

class Connection;

/// One thread's event loop: an io_context, the connections that live on it, and their service.
///
/// The connections' sockets are in one epoll set of the loop's own, and that set is the descriptor
/// Asio waits for. So a round is one look at the set, known to be over when its events are; a
/// request costs one recv and one send, where an Asio operation a socket would try every read twice.
class IoLoop final : public core::EventLoop {
 public:
  IoLoop(const ServerSettings& settings, const core::Clock& clock, ConnectionObserver& observer, Census& census,
         const TlsSlot& tls);
  ~IoLoop() override;

  /// Makes the service, calls `started`, and runs until `stop`; then closes every connection.
  /// Throws what the factory throws, before `started`.
  void run(const ServiceFactory& factory, const std::function<void()>& started);

  // Any thread:
  void post(core::Task& task) override;
  void stop();
  /// Takes over an accepted socket that is to speak plainly or TLS.
  void adopt(UniqueFd socket, const PeerAddress& peer, bool tls);
  /// Closes idle connections, and every other one after its answers.
  void drain();
  /// Connections dealt to this loop.
  std::size_t connections() const noexcept { return connections_.load(std::memory_order_relaxed); }
  const core::Clock& clock() const noexcept override { return clock_; }
  net::io_context& context() noexcept { return context_; }

  // Its own thread, mostly for connections:
  void defer(core::Task& task) override;
  void let_gather(core::Duration spell) noexcept override { gathering_ = std::min(gathering_, spell); }
  core::TimePoint now() const noexcept { return now_; }  ///< when the current round, or stretch of one, began
  /// How it keeps up with what it reads now.
  const core::Backlog& backlog() const noexcept { return backlog_; }
  bool draining() const noexcept { return draining_; }
  const ServerSettings& settings() const noexcept { return settings_; }
  Service& service() noexcept { return *service_; }
  ConnectionObserver& observer() noexcept { return observer_; }
  Census& census() noexcept { return census_; }
  TickWheel& wheel() noexcept { return wheel_; }
  const TlsSlot& tls() const noexcept { return tls_; }
  Handshakes& handshakes() noexcept { return handshakes_; }
  ReaderShared& reader_shared() noexcept { return reader_shared_; }
  ReplyShared& reply_shared() noexcept { return reply_shared_; }
  /// Bytes that nobody reads: what lingers, and answers to clients that have gone.
  core::TextBuffer& scratch() noexcept { return scratch_; }
  /// Adds `socket` to the epoll set, or changes what it waits for; false with errno.
  bool watch(int socket, Connection& connection, std::uint32_t events, bool fresh) noexcept;
  /// Calls its end_rest once `until` has come. May throw std::bad_alloc, and then does nothing.
  void add_resting(Connection& connection, core::TimePoint until);
  void joined(Connection& connection);
  void left(Connection& connection) noexcept;
  /// Destroys it at the end of the round.
  void bury(Connection& connection) noexcept;

 private:
  struct Arrival {
    UniqueFd socket;
    PeerAddress peer;
    bool tls;
  };
  class WakeHandler;
  struct Resting {
    core::TimePoint until;
    Connection* connection;  ///< holds one reference
  };

  void await_ready();
  void on_ready();
  void on_wake();
  void await_tick();
  void await_rested();
  void on_rested();
  void on_tick();
  void stretch();
  void begin_round() noexcept;
  void look_found(int ready) noexcept;
  void run_deferred();
  void end_round();
  void gather(core::TimePoint until);
  void wake();
  void forget(const Arrival& arrival) noexcept;
  void close_all();

  const ServerSettings& settings_;
  const core::Clock& clock_;
  ConnectionObserver& observer_;
  Census& census_;
  const TlsSlot& tls_;
  net::io_context context_;
  net::executor_work_guard<net::io_context::executor_type> work_;
  net::posix::stream_descriptor set_;  ///< the epoll set
  net::steady_timer timer_;
  net::steady_timer rest_timer_;
  std::vector<Resting> resting_;
  std::vector<Resting> rested_;  ///< while they are woken
  bool ticking_ = false;
  bool draining_ = false;
  core::Duration gathering_ = core::Duration::max();  ///< what the round asked for
  core::TimePoint now_;
  core::TimePoint worked_until_{};               ///< end of the last round
  std::optional<core::TimePoint> paused_until_;  ///< slept or not, since the last look
  long sleeps_ = 0;                              ///< of the thread, when last asked
  core::BacklogMeter meter_;
  core::Backlog backlog_;
  std::unique_ptr<Service> service_;
  TickWheel wheel_;
  Handshakes handshakes_;
  ReaderShared reader_shared_;
  ReplyShared reply_shared_;
  core::TextBuffer scratch_;
  std::vector<Connection*> members_;
  Connection* buried_ = nullptr;

  core::Task* deferred_first_ = nullptr;
  core::Task** deferred_end_ = &deferred_first_;

  std::mutex mutex_;  ///< for what follows
  std::condition_variable waked_;
  core::Task* posted_first_ = nullptr;
  core::Task** posted_end_ = &posted_first_;
  std::vector<Arrival> arrivals_;
  bool drain_wanted_ = false;
  bool stop_wanted_ = false;
  bool waking_ = false;
  alignas(std::max_align_t) std::byte wake_memory_[256];
  std::vector<Arrival> arriving_;  ///< the loop's own side of arrivals_

  std::atomic<std::size_t> connections_{0};
};

}  // namespace pelton::http
