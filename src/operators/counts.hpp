#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "operators/node.hpp"

namespace pelton::operators {

/// The elements of an int32 or int64 input while rows are traced: counts where it is counted, and numbers
/// where it is always the same. Nothing where they are not known.
std::optional<std::vector<tensor::Count>> counts_of(const tensor::Traced& input);

/// Whether some input is counted.
bool any_counted(std::span<const tensor::Traced> inputs) noexcept;

/// What becomes of counted elements in an operation that moves elements about without looking at them:
/// those of its first `moved` inputs, as the other inputs tell it to, which must be known. Finds out by
/// moving the elements' names.
tensor::Trace moved_counts(const Operation& operation, std::span<const tensor::Traced> inputs, std::size_t moved,
                           std::size_t output);

/// `row_axis` where no input is counted, else `moved_counts`.
inline tensor::Trace trace_moves(const Operation& operation, std::span<const tensor::Traced> inputs, std::size_t moved,
                                 const Shape& shape, std::size_t output) {
  if (any_counted(inputs)) return moved_counts(operation, inputs, moved, output);
  return {operation.row_axis(inputs, shape, output)};
}

}  // namespace pelton::operators
