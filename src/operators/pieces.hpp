#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include "operators/node.hpp"

namespace pelton::operators {

/// Fills `result` with tensors end to end along an axis. `part(i)` is the i-th of `parts` tensors of one
/// type, at least one. Throws Failure where their other dimensions differ.
template <class Part>
void join(std::size_t parts, const Part& part, std::size_t axis, Tensor& result) {
  const Tensor& first = part(0);
  std::int64_t length = 0;
  for (std::size_t i = 0; i < parts; ++i) {
    const Shape& shape = part(i).shape();
    if (shape.rank() != first.rank() || !(shape.with(axis, 1) == first.shape().with(axis, 1))) {
      throw tensor::Failure("shapes " + to_string(first.shape()) + " and " + to_string(shape) +
                            " do not fit end to end along dimension " + std::to_string(axis));
    }
    length += shape[axis];
    if (length > tensor::kMaxElements) throw tensor::Failure("makes too long a tensor");
  }
  result.reset(first.type(), first.shape().with(axis, length));
  const std::size_t outside = first.shape().elements_between(0, axis);
  const std::size_t inside = first.shape().elements_between(axis + 1, first.rank()) * element_bytes(first.type());
  const std::size_t whole = static_cast<std::size_t>(length) * inside;
  std::size_t start = 0;
  for (std::size_t i = 0; i < parts; ++i) {
    const std::size_t bytes = static_cast<std::size_t>(part(i).shape()[axis]) * inside;
    if (bytes == 0) continue;
    for (std::size_t o = 0; o < outside; ++o) {
      std::memcpy(result.data() + o * whole + start, part(i).data() + o * bytes, bytes);
    }
    start += bytes;
  }
}

/// Fills `result` with the part [start, start + length) of a tensor along an axis, which must be within it.
inline void cut(const Tensor& from, std::size_t axis, std::int64_t start, std::int64_t length, Tensor& result) {
  const Shape& shape = from.shape();
  result.reset(from.type(), shape.with(axis, length));
  const std::size_t outside = shape.elements_between(0, axis);
  const std::size_t inside = shape.elements_between(axis + 1, shape.rank()) * element_bytes(from.type());
  const std::size_t bytes = static_cast<std::size_t>(length) * inside;
  if (bytes == 0) return;
  const std::size_t whole = static_cast<std::size_t>(shape[axis]) * inside;
  const std::byte* first = from.data() + static_cast<std::size_t>(start) * inside;
  for (std::size_t o = 0; o < outside; ++o) std::memcpy(result.data() + o * bytes, first + o * whole, bytes);
}

}  // namespace pelton::operators
