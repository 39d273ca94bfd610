#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "core/clock.hpp"
#include "core/result.hpp"
#include "load/report.hpp"
#include "load/request.hpp"
#include "load/schedule.hpp"
#include "load/scoreboard.hpp"
#include "load/target.hpp"
#include "tls/client_context.hpp"

namespace pelton::load {

/// Everything that says what a run does. The bounds are checked by run_load.
struct LoadSettings {
  Target target;
  tls::Trust trust{};  ///< of a target that speaks TLS
  RequestSpec request;
  std::size_t connections = 64;   ///< 1 to 65536
  std::optional<double> rate;     ///< requests a second, to 1e7; nothing: closed loop
  std::vector<RateStep> steps{};  ///< where not empty: rates one after another, instead of `rate` and `duration`
  core::Duration duration = std::chrono::seconds(10);  ///< 1 ms to 24 h
  std::uint64_t max_requests = 0;                      ///< 0: no bound but the duration
  core::Duration timeout = std::chrono::seconds(5);    ///< 1 ms to 1 h
  std::uint64_t seed = 1;                              ///< of the arrivals
  std::size_t threads = 1;                             ///< 1 to 256, at most one a connection
  ScoreSettings score{};                               ///< windows: of one thread, and of at most an hour
  std::optional<pid_t> server_pid;                     ///< whose processor time to measure
  std::function<void(double)> progress;                ///< told the share that is over, by one of the threads
};

/// Sends load and reports. Blocks for the duration and at most a second more, and at the start for at
/// most a timeout an address.
///
/// With several threads each has its share of the connections and of the rate; together they are one
/// Poisson process again. Fails where a setting is out of bounds (`invalid_argument`), the host is
/// unknown (`not_found`), nobody accepts connections or a TLS server is not whom we trust (`unavailable`); whatever
/// goes wrong later is counted in the report.
core::Result<LoadReport> run_load(const LoadSettings& settings);

}  // namespace pelton::load
