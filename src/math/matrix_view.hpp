#pragma once

#include <cassert>
#include <cstddef>
#include <type_traits>

namespace pelton::math {

/// A row-major [rows, cols] window on somebody else's values; row r begins at `data + r * stride`
/// (stride in elements, at least cols). Copying it copies the window only.
template <class T>
struct BasicMatrix {
  T* data = nullptr;
  std::size_t rows = 0;
  std::size_t cols = 0;
  std::size_t stride = 0;

  BasicMatrix() = default;
  BasicMatrix(T* values, std::size_t row_count, std::size_t col_count) noexcept
      : BasicMatrix(values, row_count, col_count, col_count) {}
  BasicMatrix(T* values, std::size_t row_count, std::size_t col_count, std::size_t row_stride) noexcept
      : data(values), rows(row_count), cols(col_count), stride(row_stride) {}
  /// A window that may be written is also one that may be read.
  template <class U>
  requires(std::is_same_v<T, const U>) BasicMatrix(const BasicMatrix<U>& other)
  noexcept : data(other.data), rows(other.rows), cols(other.cols), stride(other.stride) {}

  T* row(std::size_t r) const noexcept {
    assert(r < rows);
    return data + r * stride;
  }
  T& operator()(std::size_t r, std::size_t c) const noexcept {
    assert(r < rows && c < cols);
    return data[r * stride + c];
  }
  /// Rows [first, first + count).
  BasicMatrix slice(std::size_t first, std::size_t count) const noexcept {
    assert(first + count <= rows);
    return {data + first * stride, count, cols, stride};
  }
};

using Matrix = BasicMatrix<double>;
using ConstMatrix = BasicMatrix<const double>;

}  // namespace pelton::math
