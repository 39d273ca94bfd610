#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "operators/integers.hpp"
#include "operators/strided_copy.hpp"

namespace pelton::operators {

/// Calls `visit(position, place)` for every element of `indices` in order: its own position, and the
/// place in a tensor of shape `data` at the same coordinates but for `axis`, where the index is the
/// coordinate. What GatherElements reads and ScatterElements writes. Throws Failure where an index or the
/// indices' shape goes beyond the data.
template <class Index, class Visit>
void for_each_element_index(const Shape& data, const Tensor& indices, std::size_t axis, const Visit& visit) {
  const Shape& shape = indices.shape();
  bool fits = shape.rank() == data.rank();
  for (std::size_t d = 0; fits && d < shape.rank(); ++d) fits = d == axis || shape[d] <= data[d];
  if (!fits) {
    throw tensor::Failure("indices of shape " + to_string(shape) + " go beyond shape " + to_string(data));
  }
  const auto strides = strides_of(data);
  const std::span<const Index> values = indices.values<Index>();
  std::array<std::int64_t, tensor::kMaxRank> at{};
  std::int64_t base = 0;  // place of the coordinates, without that along the axis
  for (std::size_t i = 0; i < values.size(); ++i) {
    visit(i, static_cast<std::size_t>(base + index_of(values[i], data[axis]) * strides[axis]));
    for (std::size_t d = shape.rank(); d-- > 0;) {
      const std::int64_t stride = d == axis ? 0 : strides[d];
      base += stride;
      if (++at[d] < shape[d]) break;
      base -= stride * shape[d];
      at[d] = 0;
    }
  }
}

}  // namespace pelton::operators
