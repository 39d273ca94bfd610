#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "tensor/shape.hpp"

namespace pelton::operators {

/// Elements that are taken from one regular arrangement and put into another: what transposing,
/// slicing, repeating and padding have in common.
///
///     StridedCopy copy;  // the transpose of a matrix
///     copy.add(columns, 1, rows);
///     copy.add(rows, columns, 1);
///     copy.run(from, to, sizeof(float));
class StridedCopy {
 public:
  /// Adds a dimension of `dim` elements inside those added before. Strides are in elements; they may be
  /// zero (of `from`) or negative. At most 2 * kMaxRank dimensions.
  void add(std::int64_t dim, std::int64_t from_stride, std::int64_t to_stride) noexcept;

  /// Copies elements of this many bytes (1, 2, 4, 8 or 16). `from` and `to` are where the first element
  /// of every dimension is.
  void run(const std::byte* from, std::byte* to, std::size_t element_bytes) const noexcept;

 private:
  struct Dimension {
    std::int64_t size;
    std::int64_t from;
    std::int64_t to;
  };
  template <std::size_t kBytes>
  void copy(const std::byte* from, std::byte* to) const noexcept;

  std::array<Dimension, 2 * tensor::kMaxRank> dims_;
  std::size_t rank_ = 0;
  bool empty_ = false;
};

/// Elements between neighbours along each dimension of a tensor of this shape.
std::array<std::int64_t, tensor::kMaxRank> strides_of(const tensor::Shape& shape) noexcept;

}  // namespace pelton::operators
