#pragma once

#include <cstddef>
#include <cstdint>

#include "tensor/operation.hpp"

/// The shapes of numpy's matmul, which MatMul and MatMulInteger share.
namespace pelton::operators {

/// Stacks of matrices spread over each other, [rows, inner] · [inner, cols] each. One-dimensional operands
/// are a row on the left, a column on the right, and no dimension of the output.
struct MatMulProduct {
  /// Throws Failure where shapes cannot be multiplied.
  MatMulProduct(const tensor::Shape& a, const tensor::Shape& b);

  /// Which matrix of the left (right) stack belongs to matrix i of the output's.
  std::size_t left_of(std::size_t i) const noexcept;
  std::size_t right_of(std::size_t i) const noexcept;

  tensor::Shape left_stack, right_stack, stack;
  std::int64_t rows = 1;
  std::int64_t inner = 0;
  std::int64_t cols = 1;
  tensor::Shape output;
};

/// Which entry of a smaller stack, spread over a larger one, belongs to entry i of that.
std::size_t entry_of(std::size_t i, const tensor::Shape& stack, const tensor::Shape& own) noexcept;

/// Where rows of either operand are in the output.
tensor::RowAxis matmul_rows(const tensor::Traced& a, const tensor::Traced& b);

}  // namespace pelton::operators
