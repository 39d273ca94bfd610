#include "operators/strided_copy.hpp"

#include <cassert>
#include <cstring>

namespace pelton::operators {

void StridedCopy::add(std::int64_t dim, std::int64_t from_stride, std::int64_t to_stride) noexcept {
  if (dim == 0) empty_ = true;
  if (dim == 1 || empty_) return;
  if (rank_ > 0) {
    // Two dimensions that follow on in both arrangements are one.
    Dimension& outer = dims_[rank_ - 1];
    if (outer.from == from_stride * dim && outer.to == to_stride * dim) {
      outer = {outer.size * dim, from_stride, to_stride};
      return;
    }
  }
  assert(rank_ < dims_.size());
  dims_[rank_++] = {dim, from_stride, to_stride};
}

template <std::size_t kBytes>
void StridedCopy::copy(const std::byte* from, std::byte* to) const noexcept {
  const Dimension line = dims_[rank_ - 1];
  constexpr std::int64_t kSize = kBytes;
  std::array<std::int64_t, 2 * tensor::kMaxRank> at{};
  std::int64_t source = 0;
  std::int64_t target = 0;
  while (true) {
    if (line.from == 1 && line.to == 1) {
      std::memcpy(to + target * kSize, from + source * kSize, static_cast<std::size_t>(line.size) * kBytes);
    } else {
      for (std::int64_t i = 0; i < line.size; ++i) {
        std::memcpy(to + (target + i * line.to) * kSize, from + (source + i * line.from) * kSize, kBytes);
      }
    }
    std::size_t d = rank_ - 1;
    while (true) {
      if (d-- == 0) return;
      source += dims_[d].from;
      target += dims_[d].to;
      if (++at[d] < dims_[d].size) break;
      source -= dims_[d].from * dims_[d].size;
      target -= dims_[d].to * dims_[d].size;
      at[d] = 0;
    }
  }
}

void StridedCopy::run(const std::byte* from, std::byte* to, std::size_t element_bytes) const noexcept {
  if (empty_) return;
  if (rank_ == 0) {
    std::memcpy(to, from, element_bytes);
    return;
  }
  switch (element_bytes) {
    case 1: return copy<1>(from, to);
    case 2: return copy<2>(from, to);
    case 4: return copy<4>(from, to);
    case 8: return copy<8>(from, to);
    default: assert(element_bytes == 16); return copy<16>(from, to);
  }
}

std::array<std::int64_t, tensor::kMaxRank> strides_of(const tensor::Shape& shape) noexcept {
  std::array<std::int64_t, tensor::kMaxRank> strides{};
  std::int64_t stride = 1;
  for (std::size_t d = shape.rank(); d-- > 0;) {
    strides[d] = stride;
    stride *= shape[d];
  }
  return strides;
}

}  // namespace pelton::operators
