#pragma once

#include <cstddef>

#include "operators/node.hpp"

namespace pelton::operators {

/// A tensor cut along one axis: for every place in the other dimensions, the `length` elements
/// first, first + step, … .
class Slices {
 public:
  Slices(const Shape& shape, std::size_t axis)
      : Slices(shape.elements_between(0, axis), static_cast<std::size_t>(shape[axis]),
               shape.elements_between(axis + 1, shape.rank())) {}
  /// Of a tensor taken for one of shape [outer, length, inner].
  Slices(std::size_t outer, std::size_t length, std::size_t inner) : outer_(outer), length_(length), inner_(inner) {}

  std::size_t length() const noexcept { return length_; }
  std::size_t step() const noexcept { return inner_; }
  std::size_t count() const noexcept { return outer_ * inner_; }
  /// f(first, index) for every slice in order, index counting them.
  template <class F>
  void each(F f) const {
    for (std::size_t o = 0; o < outer_; ++o) {
      for (std::size_t i = 0; i < inner_; ++i) f(o * length_ * inner_ + i, o * inner_ + i);
    }
  }

 private:
  std::size_t outer_;
  std::size_t length_;
  std::size_t inner_;
};

/// Where the rows are in a result that has its operand's shape and whose elements depend on their slice
/// along `axis` alone.
inline tensor::RowAxis rows_beside(std::size_t axis, const tensor::Traced& input) {
  if (input.rows.is_axis() && input.rows.axis() == axis) return tensor::RowAxis::mixed();
  return input.rows;
}

}  // namespace pelton::operators
