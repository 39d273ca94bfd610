#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <queue>
#include <vector>

#include "batching/batcher.hpp"
#include "batching/fair_queue.hpp"
#include "core/backlog_meter.hpp"
#include "core/clock.hpp"
#include "core/event_loop.hpp"

namespace pelton::batching {

/// A server in simulated time: one io thread, a pool, any number of lanes, and callers who arrive whatever
/// happens. The io thread and the pool's threads work at the same time, each on a processor of its own, or
/// all on one (`one_processor`); reading a request, refusing it and scoring rows take what the test says. All that a
/// Batcher meets in a real server happens in the order it would, and every run is the same.
class SimulatedServer : public core::EventLoop, public JobRunner {
 public:
  explicit SimulatedServer(std::size_t pool_threads = 1) : pool_free_(pool_threads) {}

  core::Duration read_cost{std::chrono::microseconds(9)};    ///< of the io thread, for a request
  core::Duration refuse_cost{std::chrono::microseconds(4)};  ///< likewise, for one refused unread
  core::Duration look_cost{0};  ///< likewise, for every look at the sockets that finds something
  /// The io thread goes first on the one processor there is, and scoring takes as much longer as its share was of
  /// late. For a pool of one thread.
  bool one_processor = false;

  class Lane;
  /// What was asked of a lane and how it fared.
  struct Request : Ticket {
    SimulatedServer* server = nullptr;
    Lane* lane = nullptr;
    core::TimePoint arrived{};
    core::TimePoint answered_at{};
    int answers = 0;
    bool refused = false;
    bool unread = false;  ///< refused before it was read
    bool right = true;    ///< the results were its own
    double value = 0;
    Outcome::Status status{};

    core::Duration took() const { return answered_at - arrived; }
    bool scored() const { return answers == 1 && !refused && status == Outcome::Status::scored; }
    bool within(core::Duration objective) const { return scored() && took() <= objective; }
  };

  /// A model's lane: c(b) = fixed + per_row·b, whatever the batcher believes.
  class Lane : public Scorer, public BatchObserver {
   public:
    Lane(SimulatedServer& server, core::Duration alpha, core::Duration beta, PolicySettings settings = {})
        : fixed(alpha),
          per_row(beta),
          server_(server),
          batcher_(1, 1, server, *this, Policy(settings, CostModel(alpha, beta)), &server, *this) {}

    void score(math::ConstMatrix rows, math::Matrix out, std::size_t) override {
      for (std::size_t r = 0; r < rows.rows; ++r) out(r, 0) = rows(r, 0) + 1;
      const core::Duration took = server_.stretched(fixed + per_row * static_cast<core::Duration::rep>(rows.rows));
      longest_turn = std::max(longest_turn, took);
      busy += took;
      largest = std::max(largest, rows.rows);
      server_.clock_.advance(took);
    }
    void scored(std::size_t, core::Duration) noexcept override {}
    void waiting(std::size_t rows) noexcept override { most_waiting = std::max(most_waiting, rows); }
    Batcher& batcher() noexcept { return batcher_; }

    core::Duration fixed;
    core::Duration per_row;
    core::Duration busy{0};
    core::Duration longest_turn{0};
    std::size_t largest = 0;  ///< rows in one go
    std::size_t most_waiting = 0;
    std::deque<Request> requests;

   private:
    SimulatedServer& server_;
    Batcher batcher_;
  };

  /// A request of `rows` rows comes in at `at`.
  Request& arrive(Lane& lane, core::TimePoint at, std::size_t rows = 1, Priority priority = 0,
                  core::Duration timeout = core::Duration::max());
  /// Poisson arrivals of single rows at `per_second` in [from, to).
  void load(Lane& lane, double per_second, core::TimePoint from, core::TimePoint to, std::uint64_t seed = 1);
  /// Runs until everything has been answered.
  void run();

  core::TimePoint now() const { return clock_.now(); }

  // core::EventLoop:
  void defer(core::Task& task) override { deferred_.push_back(&task); }
  void let_gather(core::Duration spell) noexcept override { gathering_ = std::min(gathering_, spell); }
  void post(core::Task& task) override { posted_.push({clock_.now(), order_++, &task}); }
  const core::Clock& clock() const noexcept override { return clock_; }
  // JobRunner:
  void submit(Job& job) override;
  bool has_idle() const noexcept override {
    return queue_.empty() && *std::min_element(pool_free_.begin(), pool_free_.end()) <= clock_.now();
  }

 private:
  struct Posted {
    core::TimePoint at;
    std::uint64_t order;
    core::Task* task;
    bool operator<(const Posted& other) const {
      return at != other.at ? at > other.at : order > other.order;  // the earliest on top
    }
  };

  static void answered(Ticket& ticket, const Outcome& outcome);
  bool round();
  void look();
  void receive(Request& request, const core::Backlog& backlog);
  core::TimePoint arrival() const;
  core::TimePoint next_event() const;
  void set_clock(core::TimePoint to) { clock_.advance(to - clock_.now()); }
  void settle_pool(core::TimePoint now);
  void start_job(core::TimePoint& thread, core::TimePoint at);
  void spend(core::Duration io_time);
  core::Duration stretched(core::Duration scoring) const;

  core::ManualClock clock_;
  core::Duration gathering_ = core::Duration::max();  ///< asked for in this round
  core::TimePoint deaf_until_{};                      ///< no look at the sockets before
  core::BacklogMeter meter_;
  core::TimePoint window_began_{};
  core::Duration window_busy_{0};  ///< of the io thread, in this window
  double io_share_ = 0;            ///< of the processor, in the windows before
  std::vector<Request*> arrivals_;
  std::size_t next_arrival_ = 0;
  std::vector<core::Task*> deferred_;
  std::priority_queue<Posted> posted_;
  std::uint64_t order_ = 0;
  FairQueue queue_;
  std::vector<core::TimePoint> pool_free_;
};

}  // namespace pelton::batching
