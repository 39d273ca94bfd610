#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "operators/node.hpp"

namespace pelton::operators {

/// N tensors spread over each other by ONNX's (numpy's) rules, and the order their elements are met in.
///
/// Dimensions along which all operands move on alike, or all stand still alike, are walked as one, so
/// that equal shapes are one run, and a matrix and a row of it one run a row. Holds no memory; making
/// one throws Failure where the shapes do not fit.
template <std::size_t N>
class Broadcast {
 public:
  explicit Broadcast(const std::array<Shape, N>& shapes);

  /// What the operands are spread to.
  const Shape& shape() const noexcept { return shape_; }
  /// From an element of operand `i` to the next of a run: 1, or 0 where it is the same all along.
  std::size_t step(std::size_t i) const noexcept { return strides_[i][rank_ - 1]; }
  /// f(out, from, count) for the runs in order: elements out, out + 1, … of the result, and from[i] of
  /// the operands.
  template <class F>
  void runs(F f) const;

 private:
  std::size_t stride_of(const Shape& operand, std::size_t axis) const noexcept;

  Shape shape_;
  std::size_t rank_ = 1;  ///< dimensions that are left to walk
  std::array<std::size_t, tensor::kMaxRank> dims_{1};
  std::array<std::array<std::size_t, tensor::kMaxRank>, N> strides_{};
};

template <std::size_t N>
Broadcast<N>::Broadcast(const std::array<Shape, N>& shapes) {
  for (const Shape& shape : shapes) shape_ = tensor::broadcast(shape_, shape);
  std::size_t count = 0;
  for (std::size_t axis = 0; axis < shape_.rank(); ++axis) {
    if (shape_[axis] == 1) continue;
    const std::size_t dim = static_cast<std::size_t>(shape_[axis]);
    std::array<std::size_t, N> steps{};
    bool joins = count > 0;
    for (std::size_t i = 0; i < N; ++i) {
      steps[i] = stride_of(shapes[i], axis);
      joins = joins && strides_[i][count - 1] == steps[i] * dim;
    }
    if (!joins) dims_[count++] = 1;
    dims_[count - 1] *= dim;
    for (std::size_t i = 0; i < N; ++i) strides_[i][count - 1] = steps[i];
  }
  if (count > 0) rank_ = count;
}

template <std::size_t N>
std::size_t Broadcast<N>::stride_of(const Shape& operand, std::size_t axis) const noexcept {
  const std::size_t lead = shape_.rank() - operand.rank();
  if (axis < lead || operand[axis - lead] == 1) return 0;
  return operand.elements_between(axis - lead + 1, operand.rank());
}

template <std::size_t N>
template <class F>
void Broadcast<N>::runs(F f) const {
  const std::size_t total = shape_.elements();
  const std::size_t count = dims_[rank_ - 1];
  std::array<std::size_t, tensor::kMaxRank> at{};
  std::array<std::size_t, N> from{};
  for (std::size_t out = 0; out < total; out += count) {
    f(out, from, count);
    for (std::size_t d = rank_ - 1; d-- > 0;) {
      for (std::size_t i = 0; i < N; ++i) from[i] += strides_[i][d];
      if (++at[d] < dims_[d]) break;
      for (std::size_t i = 0; i < N; ++i) from[i] -= strides_[i][d] * dims_[d];
      at[d] = 0;
    }
  }
}

/// y = f(a, b) element by element; y has the elements of the spread shape.
template <class A, class B, class Y, class F>
void zip(const Broadcast<2>& spread, const A* a, const B* b, Y* y, F f) {
  spread.runs([&](std::size_t out, const std::array<std::size_t, 2>& from, std::size_t count) {
    const A* const u = a + from[0];
    const B* const v = b + from[1];
    Y* const result = y + out;
    if (spread.step(0) == spread.step(1)) {
      for (std::size_t i = 0; i < count; ++i) result[i] = f(u[i], v[i]);
    } else if (spread.step(0) == 0) {
      const A same = *u;
      for (std::size_t i = 0; i < count; ++i) result[i] = f(same, v[i]);
    } else {
      const B same = *v;
      for (std::size_t i = 0; i < count; ++i) result[i] = f(u[i], same);
    }
  });
}

/// Where the rows are in `output`, to which the inputs are spread: inputs that have rows must have them
/// in the same place counted from the end, and what has none must be the same all along it.
tensor::RowAxis rows_of_broadcast(std::span<const tensor::Traced> inputs, const Shape& output);

/// How the second operand of a binary operator lies on the first. From version 7 on of the operator set
/// they spread over each other; before it attribute `broadcast` said whether the second may be spread
/// over the first, and `axis` where its first dimension lies.
class Placement {
 public:
  explicit Placement(const Node& node);

  /// The second operand's shape with ones behind it, so that it lies in its place. Throws Failure where
  /// it may not be spread over the first.
  Shape second(const Shape& a, const Shape& b) const;
  /// rows_of_broadcast of two operands that lie so.
  tensor::RowAxis rows(std::span<const tensor::Traced> inputs, const Shape& output) const;

 private:
  bool one_way_ = false;
  bool spreads_ = true;
  std::optional<std::int64_t> axis_;
};

}  // namespace pelton::operators
