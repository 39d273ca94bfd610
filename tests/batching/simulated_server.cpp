#include "simulated_server.hpp"

#include <limits>
#include <random>
#include <utility>

namespace pelton::batching {

namespace {
constexpr core::Duration kLongestStretch = std::chrono::microseconds(500);  // as http/io_loop.cpp
}

SimulatedServer::Request& SimulatedServer::arrive(Lane& lane, core::TimePoint at, std::size_t rows, Priority priority,
                                                  core::Duration timeout) {
  Request& request = lane.requests.emplace_back();
  request.server = this;
  request.lane = &lane;
  request.arrived = at;
  request.rows = rows;
  request.priority = priority;
  request.value = static_cast<double>(lane.requests.size()) * 1e6;
  if (timeout != core::Duration::max()) request.deadline = at + timeout;
  request.done = answered;
  arrivals_.push_back(&request);
  return request;
}

void SimulatedServer::load(Lane& lane, double per_second, core::TimePoint from, core::TimePoint to,
                           std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::exponential_distribution<double> gap(per_second);
  for (double t = gap(random);; t += gap(random)) {
    const core::TimePoint at = from + core::Duration(static_cast<core::Duration::rep>(t * 1e9));
    if (at >= to) return;
    arrive(lane, at);
  }
}

void SimulatedServer::run() {
  std::stable_sort(arrivals_.begin() + static_cast<std::ptrdiff_t>(next_arrival_), arrivals_.end(),
                   [](const Request* a, const Request* b) { return a->arrived < b->arrived; });
  while (round()) {
  }
}

/// What the io thread does when it looks at its sockets; false where nothing will ever happen again.
bool SimulatedServer::round() {
  settle_pool(now());
  if (next_event() > now()) {
    if (next_event() == core::TimePoint::max()) return false;
    set_clock(next_event());
    settle_pool(now());
    meter_.woke(now());
  }
  const core::TimePoint looked = now();
  while (!posted_.empty() && posted_.top().at <= looked) {
    core::Task* const task = posted_.top().task;
    posted_.pop();
    deaf_until_ = looked;  // it is awake
    task->run();
  }
  if (arrival() <= looked) look();
  for (core::Task* const task : std::exchange(deferred_, {})) task->run();
  if (gathering_ < core::Duration::max()) deaf_until_ = looked + std::exchange(gathering_, core::Duration::max());
  return true;
}

/// Reads what has come.
void SimulatedServer::look() {
  const core::TimePoint looked = now();
  core::TimePoint stretch = looked;
  std::size_t end = next_arrival_;
  while (end < arrivals_.size() && arrivals_[end]->arrived <= looked) ++end;
  const int ready = static_cast<int>(end - next_arrival_);
  meter_.looked(looked, ready, true);
  spend(look_cost);
  for (int i = 0; i < ready; ++i) {
    receive(*arrivals_[next_arrival_++], meter_.owed(i, now()));
    if (now() - stretch < kLongestStretch) continue;
    for (core::Task* const task : std::exchange(deferred_, {})) task->run();
    stretch = now();
  }
}

/// When the next request is seen that comes in.
core::TimePoint SimulatedServer::arrival() const {
  if (next_arrival_ == arrivals_.size()) return core::TimePoint::max();
  return std::max(arrivals_[next_arrival_]->arrived, deaf_until_);
}

core::TimePoint SimulatedServer::next_event() const {
  if (!deferred_.empty()) return now();
  core::TimePoint next = arrival();
  if (!posted_.empty()) next = std::min(next, posted_.top().at);
  if (!queue_.empty()) next = std::min(next, *std::min_element(pool_free_.begin(), pool_free_.end()));
  return std::max(next, now());
}

void SimulatedServer::receive(Request& request, const core::Backlog& backlog) {
  Batcher& batcher = request.lane->batcher();
  if (batcher.refuses(request.priority, backlog)) {
    batcher.refused();
    spend(refuse_cost);
    request.refused = request.unread = true;
    request.answered_at = now();
    return;
  }
  spend(read_cost);
  request.submitted = request.arrived;
  const std::size_t first = batcher.rows().rows();
  double* const cells = batcher.rows().append_rows(request.rows);
  for (std::size_t r = 0; r < request.rows; ++r) cells[r] = request.value + static_cast<double>(r);
  if (batcher.submit(request, first) == Admission::accepted) return;
  request.refused = true;
  request.answered_at = now();
}

void SimulatedServer::answered(Ticket& ticket, const Outcome& outcome) {
  auto& request = static_cast<Request&>(ticket);
  ++request.answers;
  request.status = outcome.status;
  request.answered_at = request.server->now();
  if (outcome.status != Outcome::Status::scored) return;
  request.right = outcome.results.rows == request.rows;
  for (std::size_t r = 0; r < outcome.results.rows; ++r) {
    request.right = request.right && outcome.results(r, 0) == request.value + static_cast<double>(r) + 1;
  }
}

void SimulatedServer::submit(Job& job) {
  settle_pool(now());
  core::TimePoint& thread = *std::min_element(pool_free_.begin(), pool_free_.end());
  job.queued = thread > now();
  queue_.push(job);
  if (!job.queued) start_job(thread, now());
}

/// Lets the pool's threads do what they have done by `now`: whoever came free took what waited.
void SimulatedServer::settle_pool(core::TimePoint now) {
  while (!queue_.empty()) {
    core::TimePoint& thread = *std::min_element(pool_free_.begin(), pool_free_.end());
    if (thread > now) return;
    start_job(thread, thread);
  }
}

/// The io thread works; what share of the processor it has is told a window of 5 ms after another.
void SimulatedServer::spend(core::Duration io_time) {
  constexpr core::Duration kWindow = std::chrono::milliseconds(5);
  clock_.advance(io_time);
  window_busy_ += io_time;
  if (now() - window_began_ < kWindow) return;
  io_share_ = std::chrono::duration<double>(window_busy_) / (now() - window_began_);
  window_began_ = now();
  window_busy_ = core::Duration(0);
}

core::Duration SimulatedServer::stretched(core::Duration scoring) const {
  constexpr double kLeastLeft = 0.05;
  if (!one_processor) return scoring;
  const double left = std::max(kLeastLeft, 1 - io_share_);
  return core::Duration(static_cast<core::Duration::rep>(static_cast<double>(scoring.count()) / left));
}

/// Runs a job at a moment of the past or now, beside the io thread, whose time stands still meanwhile.
void SimulatedServer::start_job(core::TimePoint& thread, core::TimePoint at) {
  const core::TimePoint io_time = now();
  set_clock(at);
  queue_.pop()->run(1);
  thread = now();
  set_clock(io_time);
}

}  // namespace pelton::batching
