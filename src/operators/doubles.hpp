#pragma once

#include <cstddef>

#include "operators/node.hpp"

/// Elements of floating tensors as the doubles they are calculated with, whatever their type is.
namespace pelton::operators {

/// Whether a type is float, double or a half float.
bool is_any_float(DataType type) noexcept;

/// Elements [first, first + count) of a floating tensor.
void read_doubles(const Tensor& tensor, std::size_t first, std::size_t count, double* to);

/// Becomes elements [first, first + count), each rounded once.
void write_doubles(const double* from, std::size_t first, std::size_t count, Tensor& tensor);

}  // namespace pelton::operators
