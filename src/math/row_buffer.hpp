#pragma once

#include <cstddef>

#include "core/aligned_buffer.hpp"
#include "math/matrix_view.hpp"

namespace pelton::math {

/// Rows under collection: where codecs write features and from where a batch is scored.
///
/// [rows, cols] doubles, row-major, packed (stride == cols), first row 64-byte aligned. A writer
/// that turns out to be wrong gives its rows back with `truncate`. Appending may move the storage:
/// hold row numbers, not pointers. Not thread-safe.
class RowBuffer {
 public:
  explicit RowBuffer(std::size_t cols = 0) : cols_(cols) {}

  std::size_t rows() const noexcept { return rows_; }
  std::size_t cols() const noexcept { return cols_; }

  /// The next row's `cols` values, for the caller to write, all of them. Throws std::bad_alloc.
  double* append_row() { return append_rows(1); }
  /// `count` consecutive rows.
  double* append_rows(std::size_t count) {
    const std::size_t used = rows_ * cols_;
    values_.resize_uninitialized(used + count * cols_);
    rows_ += count;
    return values_.data() + used;
  }
  /// Forgets all but the first `rows` rows.
  void truncate(std::size_t rows) noexcept {
    rows_ = rows;
    values_.resize_uninitialized(rows * cols_);
  }
  void clear() noexcept { truncate(0); }
  /// Gives the memory back (rows too).
  void release() noexcept {
    values_.release();
    rows_ = 0;
  }
  std::size_t capacity_bytes() const noexcept { return values_.capacity() * sizeof(double); }

  Matrix view() noexcept { return {values_.data(), rows_, cols_}; }
  ConstMatrix view() const noexcept { return {values_.data(), rows_, cols_}; }

 private:
  core::AlignedBuffer<double> values_;
  std::size_t rows_ = 0;
  std::size_t cols_;
};

}  // namespace pelton::math
