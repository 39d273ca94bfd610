#pragma once

#include <cstddef>
#include <cstdint>

#include "core/aligned_buffer.hpp"
#include "operators/matrix_product.hpp"

namespace pelton::operators {

/// A square matrix split into triangles by elimination with partial pivoting, in doubles; one that is
/// triangular is taken as it is. Memory is kept when it is filled anew.
class LinearSystem {
 public:
  /// `a` must be square (asserted). Throws std::bad_alloc.
  template <class T>
  void assign(const Lattice<T>& a) {
    reserve(a.rows, a.cols);
    for (std::size_t c = 0; c < n_; ++c) {
      for (std::size_t r = 0; r < n_; ++r) columns_[c * n_ + r] = widened(a.row(r)[c * a.column_step]);
    }
    decompose();
  }

  std::size_t size() const noexcept { return n_; }
  bool is_singular() const noexcept;
  double determinant() const noexcept;
  /// Solves A · X = B for B of [n, cols], row by row, replacing B by X. A column of X has the same bits
  /// whatever others there are. The matrix must not be singular.
  void solve(double* b, std::size_t cols) const;
  std::size_t capacity_bytes() const noexcept { return columns_.capacity() * sizeof(double); }
  void release() noexcept { *this = LinearSystem(); }

 private:
  void reserve(std::size_t rows, std::size_t cols);
  void decompose();
  bool is_lower() const noexcept;
  bool is_upper() const noexcept;
  std::size_t pivot_of(std::size_t k) const noexcept;
  void swap_rows(std::size_t a, std::size_t b) noexcept;
  void solve_panel(double* x, std::size_t width) const noexcept;

  std::size_t n_ = 0;
  core::AlignedBuffer<double> columns_;         ///< column by column; below the diagonal L, the rest U
  core::AlignedBuffer<std::uint32_t> swapped_;  ///< by step, the row that was swapped with the step's own
  bool has_lower_ = false;
  bool has_upper_ = false;
  bool unit_lower_ = true;  ///< the diagonal is U's
  bool is_negative_ = false;
};

}  // namespace pelton::operators
