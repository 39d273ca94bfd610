#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/text_buffer.hpp"
#include "load/scoreboard.hpp"

namespace pelton::load {

/// Times in milliseconds.
struct LatencySummary {
  double mean = 0, p50 = 0, p90 = 0, p99 = 0, p99_9 = 0, max = 0;
};

/// How an objective for the latency was kept.
struct ObjectiveScore {
  core::Duration objective{};
  std::uint64_t in_time = 0;  ///< answers below 400 that took no longer
};

/// What a run found.
struct LoadReport {
  bool open_loop = false;
  std::size_t connections = 0;
  double offered_rps = 0;   ///< open loop: the rate asked for; closed loop: requests sent a second
  double achieved_rps = 0;  ///< answers with a status below 400, a second
  double duration_s = 0;
  std::uint64_t requests = 0;                           ///< all that were due; each ended in one outcome
  std::array<std::uint64_t, kOutcomeCount> outcomes{};  ///< by Outcome
  LatencySummary latency_ms;                            ///< from the moment a request was due
  double window_p50_ms = 0;        ///< median over 100 ms windows of their medians: steady under a machine's hiccups
  double window_p99_ms = 0;        ///< median over 100 ms windows of their 99th percentiles
  std::uint64_t full_windows = 0;  ///< of 100 latencies or more
  double window_tail = 0;          ///< median over those of p99 as a multiple of p50; 0 where there are none
  double lag_p99_ms = 0;           ///< from due to sent, 99th percentile: the generator's own part of the latency
  double client_cpu_share = 0;     ///< of the threads' time; near 1 this program was what was measured
  std::optional<ObjectiveScore> objective;  ///< where there was one
  std::vector<Window> windows;              ///< where they were to be kept
  std::optional<double> server_cpu_us;      ///< processor time of the server an answer, where its pid was given
  Histogram latency;                        ///< nanoseconds; what latency_ms was read from

  std::uint64_t count(Outcome outcome) const noexcept { return outcomes[static_cast<std::size_t>(outcome)]; }
  /// Requests that got no answer below 400.
  std::uint64_t failures() const noexcept { return requests - count(Outcome::answered); }
  /// Answers within the objective, a second; 0 without one.
  double goodput_rps() const noexcept {
    return objective && duration_s > 0 ? static_cast<double>(objective->in_time) / duration_s : 0;
  }
};

/// Milliseconds of what a histogram of nanoseconds holds.
LatencySummary summarize(const Histogram& nanoseconds) noexcept;

/// Appends the report as one JSON object, without a line end.
void append_json(core::TextBuffer& out, const LoadReport& report);

/// The report for people: a table, what looks wrong with the measurement, and with `chart` the latencies'
/// distribution. Ends with a line end.
std::string to_table(const LoadReport& report, bool chart);

}  // namespace pelton::load
