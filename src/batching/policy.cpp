#include "batching/policy.hpp"

#include <algorithm>
#include <cmath>

namespace pelton::batching {

bool Policy::scores_inline(std::size_t rows) const noexcept {
  return cost_.predict(rows) <= std::min(settings_.inline_limit, settings_.slo / 8);
}

std::size_t Policy::batch_rows() const noexcept {
  const double budget = static_cast<double>(settings_.slo.count()) / 2 - cost_.fixed_ns();
  const double per_row = std::max(cost_.per_row_ns(), 1e-3);
  const double fits = std::clamp(std::floor(budget / per_row), 1.0, static_cast<double>(settings_.max_batch_rows));
  return static_cast<std::size_t>(fits);
}

bool Policy::admits(std::size_t waiting, std::size_t rows) const noexcept {
  return waiting == 0 || (waiting <= settings_.max_queue_rows && rows <= settings_.max_queue_rows - waiting);
}

int Policy::retry_after_seconds(std::size_t waiting) const noexcept {
  constexpr std::chrono::seconds kLongest{60};
  const auto expected = std::min<core::Duration>(cost_.predict(waiting), kLongest);
  return std::max(1, static_cast<int>(std::chrono::ceil<std::chrono::seconds>(expected).count()));
}

}  // namespace pelton::batching
