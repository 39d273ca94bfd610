#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "core/result.hpp"
#include "core/text_buffer.hpp"
#include "load/report.hpp"

namespace pelton::load {

/// Bounds of a search for the highest rate that keeps a promise.
struct SloSearchSettings {
  double slo_ms = 0;         ///< the 99th percentile must stay under this
  double first_rate = 1000;  ///< where to begin
  double highest_rate = 1e7;
  double precision = 0.05;  ///< stop when the highest good and the lowest bad rate are this close
  std::size_t max_probes = 32;
};

/// One rate tried.
struct Probe {
  bool good = false;
  LoadReport report;
};

struct SloSearchResult {
  double best_rate = 0;       ///< the highest rate that kept the promise; 0 where none did
  std::size_t best = 0;       ///< index of its probe, where best_rate is not 0
  std::vector<Probe> probes;  ///< in the order they were tried
};

/// Whether a run kept the promise: p99 under `slo_ms`, at most 1 request in 1000 failed, and at least
/// 95 % of the rate was served (a growing backlog may hide from p99 in a short run).
bool keeps_slo(const LoadReport& report, double slo_ms) noexcept;

/// Doubles the rate until the promise breaks (or halves it until it holds), then bisects
/// geometrically. A rate is given up only when it breaks the promise twice in a row: one hiccup of
/// the machine must not end the search far below what the server can do. `measure` runs one probe at a rate; its errors
/// end the search.
core::Result<SloSearchResult> search_slo(const SloSearchSettings& settings,
                                         const std::function<core::Result<LoadReport>(double rate)>& measure);

/// Appends what was found as one JSON object, without a line end: the rate, its report, and each probe's.
void append_json(core::TextBuffer& out, const SloSearchResult& found, double slo_ms);

}  // namespace pelton::load
