#include "tensor/shape.hpp"

#include <algorithm>

#include "tensor/failure.hpp"

namespace pelton::tensor {
namespace {

void check_dims(std::span<const std::int64_t> dims) {
  if (dims.size() > kMaxRank) {
    throw Failure("has " + std::to_string(dims.size()) + " dimensions; at most " + std::to_string(kMaxRank) +
                  " are carried out");
  }
  // Zeros are left out of the count: what stands beside a zero could be anything, and be multiplied later.
  std::int64_t count = 1;
  for (const std::int64_t dim : dims) {
    if (dim < 0) throw Failure("has a dimension of " + std::to_string(dim));
    if (dim > 0 && __builtin_mul_overflow(count, dim, &count)) count = kMaxElements + 1;
    if (count > kMaxElements) {
      throw Failure("has more than " + std::to_string(kMaxElements) + " elements");
    }
  }
}

}  // namespace

Shape::Shape(std::span<const std::int64_t> dims) : rank_(dims.size()) {
  check_dims(dims);
  std::copy(dims.begin(), dims.end(), dims_.begin());
}

Shape Shape::with(std::size_t axis, std::int64_t dim) const {
  Shape result = *this;
  result.dims_[axis] = dim;
  check_dims(result.dims());
  return result;
}

Shape Shape::inserted(std::size_t axis, std::int64_t dim) const {
  if (rank_ == kMaxRank) throw Failure("has more than " + std::to_string(kMaxRank) + " dimensions");
  Shape result = *this;
  ++result.rank_;
  std::copy_backward(dims_.begin() + axis, dims_.begin() + rank_, result.dims_.begin() + result.rank_);
  return result.with(axis, dim);
}

Shape Shape::erased(std::size_t axis) const {
  Shape result = *this;
  std::copy(dims_.begin() + axis + 1, dims_.begin() + rank_, result.dims_.begin() + axis);
  --result.rank_;
  return result;
}

bool operator==(const Shape& a, const Shape& b) noexcept { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }

std::string to_string(const Shape& shape) {
  std::string text = "[";
  for (std::size_t i = 0; i < shape.rank(); ++i) text += (i > 0 ? ", " : "") + std::to_string(shape[i]);
  return text + "]";
}

Shape broadcast(const Shape& a, const Shape& b) {
  const Shape& longer = a.rank() >= b.rank() ? a : b;
  const Shape& shorter = a.rank() >= b.rank() ? b : a;
  std::array<std::int64_t, kMaxRank> dims{};
  const std::size_t lead = longer.rank() - shorter.rank();
  for (std::size_t i = 0; i < longer.rank(); ++i) {
    const std::int64_t left = longer[i];
    const std::int64_t right = i < lead ? 1 : shorter[i - lead];
    if (left != right && left != 1 && right != 1) {
      throw Failure("shapes " + to_string(a) + " and " + to_string(b) + " do not fit together");
    }
    dims[i] = left == 1 ? right : left;
  }
  return Shape(std::span<const std::int64_t>(dims.data(), longer.rank()));
}

std::size_t axis_of(std::int64_t axis, std::size_t rank) {
  const std::int64_t axes = static_cast<std::int64_t>(rank);
  if (axis < -axes || axis >= axes) {
    throw Failure("axis " + std::to_string(axis) + " of a tensor with " + std::to_string(rank) + " dimensions");
  }
  return static_cast<std::size_t>(axis < 0 ? axis + axes : axis);
}

}  // namespace pelton::tensor
