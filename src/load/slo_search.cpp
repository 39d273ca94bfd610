#include "load/slo_search.hpp"

#include <algorithm>
#include <cmath>

#include "load/object_writer.hpp"

namespace pelton::load {

namespace {

constexpr double kFailedShare = 0.001;
constexpr double kServedShare = 0.95;
constexpr double kLowestRate = 1;

}  // namespace

bool keeps_slo(const LoadReport& report, double slo_ms) noexcept {
  if (report.requests == 0) return false;
  // The arrivals are random: what was due in this run, not the nominal rate, is what can be served.
  const double due_rps = static_cast<double>(report.requests) / report.duration_s;
  const double failed = static_cast<double>(report.failures()) / static_cast<double>(report.requests);
  const bool kept_up = report.achieved_rps >= kServedShare * std::min(due_rps, report.offered_rps);
  return report.latency_ms.p99 < slo_ms && failed <= kFailedShare && kept_up;
}

core::Result<SloSearchResult> search_slo(const SloSearchSettings& settings,
                                         const std::function<core::Result<LoadReport>(double rate)>& measure) {
  SloSearchResult result;
  double good = 0;  // the highest rate known to hold, 0 for none yet
  double bad = 0;   // the lowest known to break, 0 for none yet
  bool repeated = false;
  double rate = std::clamp(settings.first_rate, kLowestRate, settings.highest_rate);
  while (result.probes.size() < settings.max_probes) {
    auto report = measure(rate);
    if (!report) return std::move(report).error();
    const bool holds = keeps_slo(*report, settings.slo_ms);
    result.probes.push_back({holds, std::move(*report)});
    repeated = !holds && !repeated;
    if (repeated) continue;
    if (holds) {
      good = result.best_rate = rate;
      result.best = result.probes.size() - 1;
      if (rate >= settings.highest_rate) break;
    } else {
      bad = rate;
      if (rate <= kLowestRate) break;
    }
    if (bad == 0) {
      rate = std::min(rate * 2, settings.highest_rate);
    } else if (good == 0) {
      rate = std::max(rate / 2, kLowestRate);
    } else if (bad <= good * (1 + settings.precision)) {
      break;
    } else {
      rate = std::sqrt(good * bad);
    }
  }
  return result;
}

void append_json(core::TextBuffer& out, const SloSearchResult& found, double slo_ms) {
  ObjectWriter object(out);
  object.number("slo_p99_ms", slo_ms);
  object.number("highest_rps", found.best_rate);
  if (found.best_rate > 0) {
    append_json(object.key("best"), found.probes[found.best].report);
  } else {
    object.key("best").append("null");
  }
  object.key("probes").append('[');
  for (const Probe& probe : found.probes) {
    if (&probe != found.probes.data()) out.append(',');
    append_json(out, probe.report);
  }
  out.append(']');
  object.close();
}

}  // namespace pelton::load
