#include "batching/policy.hpp"

#include <algorithm>
#include <cmath>

#include "batching/overload.hpp"

namespace pelton::batching {

core::Duration Policy::objective() const noexcept {
  constexpr core::Duration kLongest{std::chrono::hours(24)};
  return std::max(settings_.slo, 4 * std::min(cost_.predict(1), kLongest));
}

core::Duration Policy::turn_objective() const noexcept { return std::min(settings_.slo, settings_.turn_slo); }

bool Policy::scores_inline(std::size_t rows) const noexcept {
  return cost_.predict(rows) <= std::min(settings_.inline_limit, turn_objective() / 8);
}

bool Policy::pays_for_threads(std::size_t rows) const noexcept {
  // Two threads save half: twice the dearest fork and join is where that begins to pay.
  return rows >= 2 * kRowsAThread && cost_.predict(rows) >= std::chrono::microseconds(170);
}

std::size_t Policy::batch_rows(core::Duration turn_wait) const noexcept {
  const auto whole = static_cast<double>(turn_objective().count());
  const double turn = std::max(0.3 * whole - static_cast<double>(turn_wait.count()), 0.1 * whole);
  const double per_row = std::max(cost_.per_row_ns(), 1e-3);
  const double fits = std::floor((turn - cost_.fixed_ns()) / per_row);
  return static_cast<std::size_t>(std::clamp(fits, 1.0, static_cast<double>(settings_.max_batch_rows)));
}

std::size_t Policy::together(std::size_t waiting, core::Duration handing_over) const noexcept {
  const auto rows = static_cast<double>(std::max<std::size_t>(waiting, 1));
  const double fixed = cost_.fixed_ns() + static_cast<double>(handing_over.count());
  const double best = 2 * std::sqrt(rows * fixed / std::max(cost_.per_row_ns(), 1e-3));
  const double batches = std::ceil(rows / std::max(best, 1.0));
  return static_cast<std::size_t>(std::ceil(rows / batches));  // of even size
}

core::Duration Policy::patience(std::size_t rows, core::Duration ahead) const noexcept {
  const core::Duration whole = objective();
  return std::max(whole / 10 * 9 - ahead - cost_.predict(rows), whole / 10);
}

bool Policy::admits(std::size_t waiting, std::size_t rows) const noexcept {
  return waiting == 0 || (waiting <= settings_.max_queue_rows && rows <= settings_.max_queue_rows - waiting);
}

bool Policy::too_late(const core::Backlog& backlog) const noexcept {
  if (backlog.behind < Overload::kInterval) [[likely]]
    return false;
  const core::Duration half = objective() / 2;
  return backlog.behind >= half && backlog.lay > half;
}

core::Duration Policy::respite() const noexcept {
  constexpr core::Duration kLeast{std::chrono::milliseconds(2)};
  constexpr core::Duration kMost{std::chrono::milliseconds(25)};
  return std::clamp(objective() / 4, kLeast, kMost);
}

core::Duration Policy::gathering() const noexcept {
  constexpr core::Duration kMost{std::chrono::microseconds(600)};
  return std::min(turn_objective() / 16, kMost);
}

int Policy::retry_after_seconds(std::size_t waiting) const noexcept {
  constexpr std::chrono::seconds kLongest{60};
  const auto expected = std::min<core::Duration>(cost_.predict(waiting), kLongest);
  return std::max(1, static_cast<int>(std::chrono::ceil<std::chrono::seconds>(expected).count()));
}

}  // namespace pelton::batching
