#include "operators/linear_system.hpp"

#include <cassert>
#include <cmath>
#include <utility>

namespace pelton::operators {
namespace {

/// Columns of B worked on together, so that the triangles are read once for all of them.
constexpr std::size_t kPanel = 16;

}  // namespace

void LinearSystem::reserve(std::size_t rows, std::size_t cols) {
  assert(rows == cols);
  static_cast<void>(cols);
  n_ = rows;
  columns_.resize_uninitialized(n_ * n_);
  swapped_.resize_uninitialized(n_);
}

bool LinearSystem::is_lower() const noexcept {
  for (std::size_t c = 0; c < n_; ++c) {
    for (std::size_t r = 0; r < c; ++r) {
      if (columns_[c * n_ + r] != 0) return false;
    }
  }
  return true;
}

bool LinearSystem::is_upper() const noexcept {
  for (std::size_t c = 0; c < n_; ++c) {
    for (std::size_t r = c + 1; r < n_; ++r) {
      if (columns_[c * n_ + r] != 0) return false;
    }
  }
  return true;
}

std::size_t LinearSystem::pivot_of(std::size_t k) const noexcept {
  const double* column = columns_.data() + k * n_;
  std::size_t pivot = k;
  for (std::size_t r = k + 1; r < n_; ++r) {
    if (std::abs(column[r]) > std::abs(column[pivot])) pivot = r;
  }
  return pivot;
}

void LinearSystem::swap_rows(std::size_t a, std::size_t b) noexcept {
  for (std::size_t c = 0; c < n_; ++c) std::swap(columns_[c * n_ + a], columns_[c * n_ + b]);
}

void LinearSystem::decompose() {
  is_negative_ = false;
  for (std::size_t k = 0; k < n_; ++k) swapped_[k] = static_cast<std::uint32_t>(k);
  has_upper_ = !is_lower();
  has_lower_ = !has_upper_ || !is_upper();
  unit_lower_ = has_upper_;
  if (!has_lower_ || !has_upper_) return;
  for (std::size_t k = 0; k < n_; ++k) {
    const std::size_t pivot = pivot_of(k);
    if (pivot != k) {
      swap_rows(pivot, k);
      is_negative_ = !is_negative_;
      swapped_[k] = static_cast<std::uint32_t>(pivot);
    }
    double* const lower = columns_.data() + k * n_;
    if (lower[k] == 0) continue;
    for (std::size_t r = k + 1; r < n_; ++r) lower[r] /= lower[k];
    for (std::size_t c = k + 1; c < n_; ++c) {
      double* const column = columns_.data() + c * n_;
      const double factor = column[k];
      if (factor == 0) continue;
      for (std::size_t r = k + 1; r < n_; ++r) column[r] -= lower[r] * factor;
    }
  }
}

bool LinearSystem::is_singular() const noexcept {
  for (std::size_t k = 0; k < n_; ++k) {
    if (columns_[k * n_ + k] == 0) return true;
  }
  return false;
}

double LinearSystem::determinant() const noexcept {
  double product = is_negative_ ? -1 : 1;
  for (std::size_t k = 0; k < n_; ++k) product *= columns_[k * n_ + k];
  return product;
}

/// Every element of x is changed by one term after another in the order of the steps, in whichever of
/// the loops it is.
void LinearSystem::solve_panel(double* x, std::size_t width) const noexcept {
  const auto eliminate = [&](std::size_t k, std::size_t first, std::size_t last) {
    const double* const column = columns_.data() + k * n_;
    if (width == 1) {
      const double value = x[k];
      for (std::size_t r = first; r < last; ++r) x[r] -= column[r] * value;
      return;
    }
    const double* const row = x + k * width;
    for (std::size_t r = first; r < last; ++r) {
      const double factor = column[r];
      for (std::size_t c = 0; c < width; ++c) x[r * width + c] -= factor * row[c];
    }
  };
  const auto divide = [&](std::size_t k) {
    const double pivot = columns_[k * n_ + k];
    for (std::size_t c = 0; c < width; ++c) x[k * width + c] /= pivot;
  };
  if (has_lower_) {
    for (std::size_t k = 0; k < n_; ++k) {
      if (!unit_lower_) divide(k);
      eliminate(k, k + 1, n_);
    }
  }
  if (has_upper_) {
    for (std::size_t k = n_; k-- > 0;) {
      divide(k);
      eliminate(k, 0, k);
    }
  }
}

void LinearSystem::solve(double* b, std::size_t cols) const {
  core::AlignedBuffer<double>& memory = ProductMemory::of_this_thread().left;
  memory.resize_uninitialized(n_ * kPanel);
  for (std::size_t k = 0; k < n_; ++k) {
    if (swapped_[k] != k) std::swap_ranges(b + k * cols, b + (k + 1) * cols, b + swapped_[k] * cols);
  }
  for (std::size_t first = 0; first < cols; first += kPanel) {
    const std::size_t width = std::min(kPanel, cols - first);
    double* const x = memory.data();
    for (std::size_t r = 0; r < n_; ++r) std::copy_n(b + r * cols + first, width, x + r * width);
    solve_panel(x, width);
    for (std::size_t r = 0; r < n_; ++r) std::copy_n(x + r * width, width, b + r * cols + first);
  }
}

}  // namespace pelton::operators
