#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "operators/node.hpp"

/// Numbers of any type as doubles, some at a time: for operators that calculate with the kernels of
/// room `math`, whose results have the same bits on every machine.
namespace pelton::operators {

/// Elements worked on together; a buffer of as many lies on the stack.
inline constexpr std::size_t kChunk = 256;
using Chunk = std::array<double, kChunk>;

/// Whether a type is float, double or a half float.
bool is_any_float(DataType type) noexcept;

/// Elements first, first + step, … of a tensor of numbers or bools (asserted), `count` of them, to `out`.
/// Integers beyond 2^53 are rounded.
void read_doubles(const Tensor& tensor, std::size_t first, std::size_t step, std::size_t count, double* out);

/// The other way; a double is rounded or cast as by operator Cast.
void write_doubles(Tensor& tensor, std::size_t first, std::size_t step, std::size_t count, const double* from);

/// f(first, count) for the elements of a tensor of `size`, a chunk at a time.
template <class F>
void by_chunks(std::size_t size, F f) {
  for (std::size_t first = 0; first < size; first += kChunk) f(first, std::min(kChunk, size - first));
}

}  // namespace pelton::operators
