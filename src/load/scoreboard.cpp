#include "load/scoreboard.hpp"

#include <numeric>
#include <utility>

namespace pelton::load {

std::string_view to_string(Outcome outcome) noexcept {
  switch (outcome) {
    case Outcome::answered: return "answered";
    case Outcome::connect: return "connect";
    case Outcome::timeout: return "timeout";
    case Outcome::reset: return "reset";
    case Outcome::status_4xx: return "status_4xx";
    case Outcome::status_5xx: return "status_5xx";
    case Outcome::protocol: return "protocol";
    case Outcome::unanswered: return "unanswered";
  }
  return "unknown";
}

void Scoreboard::record(core::TimePoint now, core::Duration latency, Outcome outcome) {
  if (now >= window_end_) enter_window_of(now);
  ++counts_[static_cast<std::size_t>(outcome)];
  const bool answered = outcome == Outcome::answered;
  ++(answered ? current_.answered : current_.failed);
  if (!answered && outcome != Outcome::timeout && outcome != Outcome::unanswered) return;
  if (answered && settings_.objective && latency <= *settings_.objective) {
    ++in_time_;
    ++current_.in_time;
  }
  latency_.record(nanoseconds(latency));
  window_.record(nanoseconds(latency));
}

void Scoreboard::enter_window_of(core::TimePoint now) {
  close_window();
  window_end_ += ((now - window_end_) / kWindow + 1) * kWindow;
}

void Scoreboard::close_window() {
  const Window ended = std::exchange(current_, {});
  if (ended.answered + ended.failed == 0) return;
  const std::uint64_t p50 = window_.quantile(0.5);
  const std::uint64_t p99 = window_.quantile(0.99);
  if (settings_.keep_windows) {
    windows_.push_back(ended);
    windows_.back().from = window_end_ - kWindow - start_;
    windows_.back().p50 = core::Duration(p50);
    windows_.back().p99 = core::Duration(p99);
  }
  if (window_.count() == 0) return;
  window_p50_.record(p50);
  window_p99_.record(p99);
  if (window_.count() >= kFullWindow && p50 != 0) {
    window_tail_.record(static_cast<std::uint64_t>(kTailUnit * static_cast<double>(p99) / static_cast<double>(p50)));
  }
  window_.clear();
}

void Scoreboard::merge(const Scoreboard& other) noexcept {
  for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
  in_time_ += other.in_time_;
  latency_.merge(other.latency_);
  lag_.merge(other.lag_);
  window_p50_.merge(other.window_p50_);
  window_p99_.merge(other.window_p99_);
  window_tail_.merge(other.window_tail_);
}

std::uint64_t Scoreboard::requests() const noexcept {
  return std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0});
}

}  // namespace pelton::load
