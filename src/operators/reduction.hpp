#pragma once

#include <array>
#include <cstddef>

#include "operators/axes.hpp"

namespace pelton::operators {

/// A tensor's elements as a reduction meets them: for every place along the axes that stay, the elements
/// along those that go, in the tensor's order. Neighbouring axes that go or stay together are one.
class Reduction {
 public:
  Reduction(const Shape& shape, const ReducedAxes::Set& gone) noexcept;

  /// Elements that come to one.
  std::size_t count() const noexcept { return gone_.elements(); }
  /// f(index, first) for every element of the result, `first` where its elements begin.
  template <class F>
  void results(F f) const {
    std::size_t index = 0;
    stay_.each(0, [&](std::size_t first, std::size_t count, std::size_t step) {
      for (std::size_t i = 0; i < count; ++i) f(index++, first + i * step);
    });
  }
  /// f(first, count, step) for the elements that come to the result that begins at `first`.
  template <class F>
  void runs(std::size_t first, F f) const {
    gone_.each(first, f);
  }

 private:
  /// Some of the axes, outermost first.
  struct Axes {
    std::array<std::size_t, tensor::kMaxRank> dims{};
    std::array<std::size_t, tensor::kMaxRank> strides{};
    std::size_t rank = 0;

    void append(std::size_t dim, std::size_t stride) noexcept;
    std::size_t elements() const noexcept;
    template <class F>
    void each(std::size_t first, F f) const;
  };

  Axes stay_;
  Axes gone_;
};

template <class F>
void Reduction::Axes::each(std::size_t first, F f) const {
  if (rank == 0) return f(first, std::size_t{1}, std::size_t{1});
  const std::size_t last = rank - 1;
  if (dims[last] == 0) return;
  std::array<std::size_t, tensor::kMaxRank> at{};
  const std::size_t runs = elements() / dims[last];
  for (std::size_t run = 0; run < runs; ++run) {
    f(first, dims[last], strides[last]);
    for (std::size_t axis = last; axis-- > 0;) {
      first += strides[axis];
      if (++at[axis] < dims[axis]) break;
      first -= strides[axis] * dims[axis];
      at[axis] = 0;
    }
  }
}

}  // namespace pelton::operators
