#pragma once

#include <cstdint>
#include <random>

#include "core/clock.hpp"

namespace pelton::load {

/// When requests are due, whatever the server does: a Poisson process, as many independent callers make.
///
/// The gaps are exponential with mean 1/rate (inverse transform of a seeded Mersenne twister), so
/// the same rate and seed give the same arrivals on every run. Not thread-safe.
class PoissonSchedule {
 public:
  /// `rate` in arrivals a second, above 0.
  PoissonSchedule(double rate, std::uint64_t seed) : mean_gap_ns_(1e9 / rate), random_(seed) { advance(); }

  /// Offset of the next arrival from the start of the run.
  core::Duration next() const noexcept { return core::Duration(static_cast<core::Duration::rep>(at_ns_)); }
  /// Goes on to the arrival after it.
  void advance();

 private:
  double mean_gap_ns_;
  double at_ns_ = 0;
  std::mt19937_64 random_;
};

}  // namespace pelton::load
