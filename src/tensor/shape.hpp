#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>

namespace pelton::tensor {

/// Most dimensions a tensor may have.
inline constexpr std::size_t kMaxRank = 12;
/// Most elements a tensor may have while a model is scored: a row that asks for more fails.
inline constexpr std::int64_t kMaxElements = std::int64_t{1} << 27;

/// The dimensions of a tensor, none of them negative, outermost first. A scalar has none. Held in
/// place: copying one allocates nothing. Making one of more than kMaxRank dimensions or kMaxElements
/// elements throws Failure.
class Shape {
 public:
  Shape() = default;
  Shape(std::initializer_list<std::int64_t> dims) : Shape(std::span(dims.begin(), dims.size())) {}
  explicit Shape(std::span<const std::int64_t> dims);

  std::size_t rank() const noexcept { return rank_; }
  std::int64_t operator[](std::size_t i) const noexcept { return dims_[i]; }
  std::int64_t back() const noexcept { return dims_[rank_ - 1]; }
  std::span<const std::int64_t> dims() const noexcept { return {dims_.data(), rank_}; }
  const std::int64_t* begin() const noexcept { return dims_.data(); }
  const std::int64_t* end() const noexcept { return dims_.data() + rank_; }

  /// Elements of a tensor of this shape: 1 for a scalar.
  std::size_t elements() const noexcept { return elements_between(0, rank_); }
  /// Product of the dimensions [first, last).
  std::size_t elements_between(std::size_t first, std::size_t last) const noexcept {
    std::size_t count = 1;
    for (std::size_t i = first; i < last; ++i) count *= static_cast<std::size_t>(dims_[i]);
    return count;
  }

  /// The same with another dimension at `axis`.
  Shape with(std::size_t axis, std::int64_t dim) const;
  /// The same with a dimension more, before what is at `axis` now (at the end: axis == rank()).
  Shape inserted(std::size_t axis, std::int64_t dim) const;
  /// The same without the dimension at `axis`.
  Shape erased(std::size_t axis) const;
  /// The dimensions [first, last).
  Shape part(std::size_t first, std::size_t last) const { return Shape(dims().subspan(first, last - first)); }

  friend bool operator==(const Shape& a, const Shape& b) noexcept;

 private:
  std::array<std::int64_t, kMaxRank> dims_{};
  std::size_t rank_ = 0;
};

/// "[2, 3]", for messages.
std::string to_string(const Shape& shape);

/// Both shapes spread over each other by ONNX's (numpy's) rules. Throws Failure where they do not fit.
Shape broadcast(const Shape& a, const Shape& b);

/// An axis counted from the front: negative ones count from the end. Throws Failure where a tensor
/// of `rank` dimensions has no such axis.
std::size_t axis_of(std::int64_t axis, std::size_t rank);

}  // namespace pelton::tensor
