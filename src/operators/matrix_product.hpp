#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "core/aligned_buffer.hpp"
#include "math/kernels.hpp"
#include "math/packed_affine.hpp"
#include "math/packed_points.hpp"
#include "operators/accumulate.hpp"

/// a · b for elements of any numeric type. Floating products are summed in doubles over k in a fixed
/// order and rounded once: a row of a, and a column of b that is not constant, has the same bits in
/// whatever company. Integers wrap around.
namespace pelton::operators {

/// A matrix among a tensor's elements: (r, c) is data[r · row_step + c · column_step].
template <class T>
struct Lattice {
  const T* data = nullptr;
  std::size_t rows = 0;
  std::size_t cols = 0;
  std::size_t row_step = 0;
  std::size_t column_step = 0;

  Lattice(const T* values, std::size_t row_count, std::size_t column_count) noexcept
      : data(values), rows(row_count), cols(column_count), row_step(column_count), column_step(1) {}
  Lattice transposed() const noexcept {
    Lattice turned = *this;
    std::swap(turned.rows, turned.cols);
    std::swap(turned.row_step, turned.column_step);
    return turned;
  }
  /// Row r, for its columns.
  const T* row(std::size_t r) const noexcept { return data + r * row_step; }
};

/// What products need memory for, one a thread.
struct ProductMemory {
  core::AlignedBuffer<double> left;
  core::AlignedBuffer<double> right;
  core::AlignedBuffer<double> sums;
  core::AlignedBuffer<std::uint64_t> whole_sums;
  math::PackedAffine packed;
  math::PackedPoints points;

  static ProductMemory& of_this_thread();
  /// Gives back what is too large to be kept idle.
  void trim() noexcept;
};

/// Rows as doubles, one after another.
template <class T>
void widen_rows(const Lattice<T>& m, std::size_t first, std::size_t count, double* to) {
  for (std::size_t r = first; r < first + count; ++r) {
    const T* from = m.row(r);
    if (m.column_step == 1) {
      for (std::size_t c = 0; c < m.cols; ++c) to[c] = widened(from[c]);
    } else {
      for (std::size_t c = 0; c < m.cols; ++c) to[c] = widened(from[c * m.column_step]);
    }
    to += m.cols;
  }
}

/// The right side of products, packed. Throws Failure where that takes more memory than a tensor may.
template <class T>
void pack_right(const Lattice<T>& b, math::PackedAffine::Form form, math::PackedAffine& packed) {
  if (form == math::PackedAffine::Form::panels) {
    static_cast<void>(Shape{static_cast<std::int64_t>(b.rows), static_cast<std::int64_t>((b.cols + 7) / 8 * 8)});
  }
  if constexpr (std::is_same_v<T, double>) {
    if (b.column_step == 1) return packed.assign({b.data, b.rows, b.cols, b.row_step}, {}, form);
  }
  core::AlignedBuffer<double>& right = ProductMemory::of_this_thread().right;
  right.resize_uninitialized(b.rows * b.cols);
  widen_rows(b, 0, b.rows, right.data());
  packed.assign({right.data(), b.rows, b.cols}, {}, form);
}

/// Calls kernel(x, rows, y) for blocks of a's rows as doubles and room for as many rows of results, then
/// store(r, results) for each row.
template <class T, class Kernel, class Store>
void for_row_blocks(const Lattice<T>& a, std::size_t cols, const Kernel& kernel, const Store& store) {
  constexpr std::size_t kBlockNumbers = 16384;  // of either side; within the second-level cache
  const std::size_t most = std::max<std::size_t>(8, kBlockNumbers / std::max<std::size_t>({1, a.cols, cols}));
  const std::size_t block = std::min(most, a.rows);
  ProductMemory& memory = ProductMemory::of_this_thread();
  memory.sums.resize_uninitialized(block * cols);
  const bool as_they_are = std::is_same_v<T, double> && a.column_step == 1;
  if (!as_they_are) memory.left.resize_uninitialized(block * a.cols);
  for (std::size_t first = 0; first < a.rows; first += block) {
    const std::size_t count = std::min(block, a.rows - first);
    math::Input x{memory.left.data(), a.cols};
    if constexpr (std::is_same_v<T, double>) {
      if (as_they_are) x = {a.row(first), a.row_step};
    }
    if (!as_they_are) widen_rows(a, first, count, memory.left.data());
    kernel(x, count, math::Output{memory.sums.data(), cols});
    for (std::size_t r = 0; r < count; ++r) store(first + r, memory.sums.data() + r * cols);
  }
}

/// Calls store(r, sums) for every row r of a · b, sums its b.out() doubles.
template <class T, class Store>
void multiply(const Lattice<T>& a, const math::PackedAffine& b, const Store& store) {
  const auto product = [&](math::Input x, std::size_t rows, math::Output y) {
    math::kernels().affine(b.view(), x, rows, y);
  };
  for_row_blocks(a, b.out(), product, store);
}

/// Calls store(r, sums) for every row r of a · b, of integers.
template <class T, class Store>
void multiply_integers(const Lattice<T>& a, const Lattice<T>& b, const Store& store) {
  core::AlignedBuffer<std::uint64_t>& memory = ProductMemory::of_this_thread().whole_sums;
  memory.resize_uninitialized(b.cols);
  std::uint64_t* const sums = memory.data();
  for (std::size_t r = 0; r < a.rows; ++r) {
    std::fill(sums, sums + b.cols, 0);
    for (std::size_t k = 0; k < a.cols; ++k) {
      const std::uint64_t value = widened(a.row(r)[k * a.column_step]);
      const T* row = b.row(k);
      for (std::size_t c = 0; c < b.cols; ++c) sums[c] += value * widened(row[c * b.column_step]);
    }
    store(r, sums);
  }
}

}  // namespace pelton::operators
