#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "load/histogram.hpp"

namespace pelton::load {

/// What became of a request.
enum class Outcome : std::uint8_t {
  answered,    ///< an answer with a status below 400
  connect,     ///< no connection could be made
  timeout,     ///< no complete answer in time
  reset,       ///< the connection ended before the answer did
  status_4xx,  ///< an answer that blames the request
  status_5xx,  ///< an answer that blames the server
  protocol,    ///< what came back was no HTTP answer
  unanswered,  ///< due, and still without an answer when the run ended
};
inline constexpr std::size_t kOutcomeCount = 8;

/// The name of an outcome as reports have it.
std::string_view to_string(Outcome outcome) noexcept;

/// What ended in one window of time.
struct Window {
  core::Duration from{};        ///< where it begins, from the start of the run
  std::uint64_t answered = 0;   ///< answers below 400
  std::uint64_t failed = 0;     ///< every other outcome
  std::uint64_t in_time = 0;    ///< answers below 400 within the objective; 0 without one
  core::Duration p50{}, p99{};  ///< of its latencies; 0 where it has none
};

/// What a score is to tell beside the usual.
struct ScoreSettings {
  std::optional<core::Duration> objective{};  ///< count the answers that took no longer
  bool keep_windows = false;                  ///< remember each window in which something ended
};

/// The score of a run, or of one thread's part of it: how many, how long, what went wrong.
///
/// Latency counts answers below 400, and requests that timed out or were still unanswered with the
/// age they had reached: a server that stops shows in the tail. Refusals (connect, reset, protocol, 4xx,
/// 5xx) are errors, not latencies: a quick no must not flatter the percentiles. Not thread-safe: one
/// a thread, merged at the end.
class Scoreboard {
 public:
  static constexpr core::Duration kWindow = std::chrono::milliseconds(100);
  static constexpr std::uint64_t kFullWindow = 100;  ///< answers: fewer have no 99th percentile of their own
  static constexpr double kTailUnit = 1000;          ///< what window_tail holds for a ratio of one

  explicit Scoreboard(core::TimePoint start, ScoreSettings settings = {})
      : settings_(settings), start_(start), window_end_(start + kWindow) {}

  /// A request that was due `latency` ago ended at `now`; `now` never goes back.
  void record(core::TimePoint now, core::Duration latency, Outcome outcome);
  /// A request was sent `lag` after it was due.
  void record_lag(core::Duration lag) noexcept { lag_.record(nanoseconds(lag)); }
  /// Closes the last window. Call once, at the end.
  void close() { close_window(); }
  /// Adds another thread's closed score; windows are kept of one thread only and not added.
  void merge(const Scoreboard& other) noexcept;

  std::uint64_t requests() const noexcept;
  std::uint64_t count(Outcome outcome) const noexcept { return counts_[static_cast<std::size_t>(outcome)]; }
  /// Nanoseconds from the moment a request was due.
  const Histogram& latency() const noexcept { return latency_; }
  /// Nanoseconds from due to sent: what a lack of free connections, and this program itself, added.
  const Histogram& lag() const noexcept { return lag_; }
  /// The medians and 99th percentiles of 100 ms windows, one value a window that saw an answer.
  const Histogram& window_p50() const noexcept { return window_p50_; }
  const Histogram& window_p99() const noexcept { return window_p99_; }
  /// How many times its median a window's 99th percentile is, in thousandths: one value a window of
  /// kFullWindow latencies or more.
  const Histogram& window_tail() const noexcept { return window_tail_; }
  /// Answers below 400 that took no longer than the objective; 0 without one.
  std::uint64_t in_time() const noexcept { return in_time_; }
  /// In order; empty unless they were to be kept. A window in which nothing ended is left out.
  const std::vector<Window>& windows() const noexcept { return windows_; }

 private:
  static std::uint64_t nanoseconds(core::Duration d) noexcept {
    return d.count() < 0 ? 0 : static_cast<std::uint64_t>(d.count());
  }
  void enter_window_of(core::TimePoint now);
  void close_window();

  ScoreSettings settings_;
  std::array<std::uint64_t, kOutcomeCount> counts_{};
  Histogram latency_;
  Histogram lag_;
  Histogram window_;
  Histogram window_p50_;
  Histogram window_p99_;
  Histogram window_tail_;
  std::uint64_t in_time_ = 0;
  Window current_;
  std::vector<Window> windows_;
  core::TimePoint start_;
  core::TimePoint window_end_;
};

}  // namespace pelton::load
