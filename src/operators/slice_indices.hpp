#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "operators/integers.hpp"

namespace pelton::operators {

/// How indices [..., k] name slices of a tensor by their first k coordinates (after `batch_dims` that are
/// the same in both): what GatherND reads and ScatterND writes.
class SliceIndices {
 public:
  /// Throws Failure where the shapes do not fit.
  SliceIndices(const Shape& data, const Shape& indices, std::size_t batch_dims);

  /// Shape of the slices named, side by side.
  const Shape& shape() const noexcept { return shape_; }
  std::size_t slices() const noexcept { return slices_; }
  /// Elements of a slice.
  std::size_t slice() const noexcept { return slice_; }

  /// Where in the data slice `i` begins, in elements, given all indices. Throws Failure where it is beyond.
  std::size_t place(std::span<const std::int64_t> indices, std::size_t i) const;

 private:
  Shape data_;
  std::size_t first_ = 0;     ///< dimension that is named
  std::size_t named_ = 0;     ///< dimensions that are
  std::size_t batches_ = 0;   ///< elements of the dimensions before
  std::size_t in_batch_ = 0;  ///< elements of the others
  std::size_t slice_ = 0;
  std::size_t slices_ = 0;
  Shape shape_;
};

}  // namespace pelton::operators
