#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/result.hpp"

namespace pelton::load {

/// A rate that is offered for a while.
struct RateStep {
  double rate = 0;  ///< requests a second, above 0
  core::Duration duration{};

  bool operator==(const RateStep&) const = default;
};

/// Reads `RATE:SECONDS,RATE:SECONDS,…`, such as `500:2,3000:3,500:5`; at most 1000 steps. Errors name the step.
core::Result<std::vector<RateStep>> parse_steps(std::string_view text);

/// How long all steps take together.
core::Duration total_duration(const std::vector<RateStep>& steps) noexcept;

/// When requests are due, whatever the server does: a Poisson process, as many independent callers make.
///
/// The gaps are exponential with mean 1/rate (inverse transform of a seeded Mersenne twister), so
/// the same rates and seed give the same arrivals on every run. A gap that begins in one step and ends in another has
/// each step's rate for its part there, which keeps the process Poisson through the change. Not thread-safe.
class PoissonSchedule {
 public:
  /// `rate` in arrivals a second, above 0.
  PoissonSchedule(double rate, std::uint64_t seed) : PoissonSchedule({{rate, {}}}, seed) {}
  /// One rate after another; at least one. The last goes on for good.
  PoissonSchedule(std::vector<RateStep> steps, std::uint64_t seed);

  /// Offset of the next arrival from the start of the run.
  core::Duration next() const noexcept { return core::Duration(static_cast<core::Duration::rep>(at_ns_)); }
  /// Goes on to the arrival after it.
  void advance();

 private:
  std::vector<RateStep> steps_;
  std::size_t step_ = 0;
  double step_end_ns_ = 0;  ///< of the current step; without meaning in the last
  double at_ns_ = 0;
  std::mt19937_64 random_;
};

}  // namespace pelton::load
