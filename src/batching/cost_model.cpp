#include "batching/cost_model.hpp"

#include <algorithm>
#include <array>

namespace pelton::batching {

namespace {
constexpr double kDecay = 0.98;       // about the last fifty batches count
constexpr double kHoldWeight = 0.02;  // of one observation
constexpr double kClipFactor = 8.0;
constexpr double kClipFloorNs = 20'000.0;
}  // namespace

CostModel::CostModel(core::Duration fixed, core::Duration per_row)
    : alpha_(std::max(0.0, static_cast<double>(fixed.count()))),
      beta_(std::max(0.0, static_cast<double>(per_row.count()))) {}

void CostModel::observe(std::size_t rows, core::Duration took) {
  const auto b = static_cast<double>(rows);
  const double ceiling = kClipFactor * (alpha_ + beta_ * b) + kClipFloorNs;
  const double cost = std::clamp(static_cast<double>(took.count()), 0.0, ceiling);
  weight_ = weight_ * kDecay + 1.0;
  rows_ = rows_ * kDecay + b;
  rows2_ = rows2_ * kDecay + b * b;
  cost_ = cost_ * kDecay + cost;
  rows_cost_ = rows_cost_ * kDecay + b * cost;
  solve();
}

void CostModel::solve() noexcept {
  double w = weight_, b = rows_, bb = rows2_, c = cost_, bc = rows_cost_;
  // Batches of one size alone leave the split between α and β open. Two faint observations that
  // agree with the present estimate settle it, and pull nothing once the estimate is right.
  for (const double rows : std::array{1.0, 64.0}) {
    const double held = alpha_ + beta_ * rows;
    w += kHoldWeight;
    b += kHoldWeight * rows;
    bb += kHoldWeight * rows * rows;
    c += kHoldWeight * held;
    bc += kHoldWeight * rows * held;
  }
  const double determinant = w * bb - b * b;  // positive: two different sizes are in it
  beta_ = (w * bc - b * c) / determinant;
  alpha_ = (bb * c - b * bc) / determinant;
  // A cost is never negative: where the fit says so, the other term explains all.
  if (beta_ < 0) {
    beta_ = 0;
    alpha_ = c / w;
  } else if (alpha_ < 0) {
    alpha_ = 0;
    beta_ = bc / bb;
  }
}

core::Duration CostModel::predict(std::size_t rows) const noexcept {
  const double ns = alpha_ + beta_ * static_cast<double>(rows);
  constexpr double kLongest = 9e18;
  return core::Duration(static_cast<core::Duration::rep>(std::min(ns, kLongest)));
}

}  // namespace pelton::batching
