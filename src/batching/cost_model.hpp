#pragma once

#include <cstddef>

#include "core/clock.hpp"

namespace pelton::batching {

/// What scoring a batch of b rows costs, learned while it is done: c(b) = α + β·b.
///
/// Weighted least squares over the observations with exponential forgetting (each new one counts as
/// much as the older ones together lose), started from a prior. An observation far beyond what was
/// expected is clipped first: on a shared machine it tells of the machine, not of the model. Pure
/// arithmetic; not thread-safe.
class CostModel {
 public:
  /// `fixed` is α, `per_row` is β, as measured or estimated when the model was loaded.
  CostModel(core::Duration fixed, core::Duration per_row);

  void observe(std::size_t rows, core::Duration took);
  core::Duration predict(std::size_t rows) const noexcept;

  double fixed_ns() const noexcept { return alpha_; }
  double per_row_ns() const noexcept { return beta_; }

 private:
  void solve() noexcept;

  double alpha_;
  double beta_;
  // Decayed sums of 1, b, b², c and b·c.
  double weight_ = 0, rows_ = 0, rows2_ = 0, cost_ = 0, rows_cost_ = 0;
};

}  // namespace pelton::batching
