#include "operators/matrix_product.hpp"

namespace pelton::operators {

ProductMemory& ProductMemory::of_this_thread() {
  static thread_local ProductMemory memory;
  return memory;
}

void ProductMemory::trim() noexcept {
  constexpr std::size_t kIdleBytes = std::size_t{16} << 20;
  for (core::AlignedBuffer<double>* buffer : {&left, &right, &sums}) {
    if (buffer->capacity() * sizeof(double) > kIdleBytes) buffer->release();
  }
  if (whole_sums.capacity() * sizeof(std::uint64_t) > kIdleBytes) whole_sums.release();
  if (packed.bytes() > kIdleBytes) packed.release();
  if (points.bytes() > kIdleBytes) points.release();
}

}  // namespace pelton::operators
