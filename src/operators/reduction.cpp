#include "operators/reduction.hpp"

namespace pelton::operators {

Reduction::Reduction(const Shape& shape, const ReducedAxes::Set& gone) noexcept {
  for (std::size_t i = 0; i < shape.rank(); ++i) {
    if (shape[i] == 1) continue;
    Axes& axes = gone[i] ? gone_ : stay_;
    axes.append(static_cast<std::size_t>(shape[i]), shape.elements_between(i + 1, shape.rank()));
  }
}

void Reduction::Axes::append(std::size_t dim, std::size_t stride) noexcept {
  if (rank > 0 && strides[rank - 1] == dim * stride) {
    dims[rank - 1] *= dim;
    strides[rank - 1] = stride;
    return;
  }
  dims[rank] = dim;
  strides[rank] = stride;
  ++rank;
}

std::size_t Reduction::Axes::elements() const noexcept {
  std::size_t count = 1;
  for (std::size_t i = 0; i < rank; ++i) count *= dims[i];
  return count;
}

}  // namespace pelton::operators
