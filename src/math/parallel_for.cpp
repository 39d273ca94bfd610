#include "math/parallel_for.hpp"

#include <algorithm>

namespace pelton::math {

void parallel_blocks(std::size_t count, std::size_t block, std::size_t threads, void* context,
                     void (*body)(void*, std::size_t, std::size_t)) {
  if (count == 0) return;
  const std::size_t length = std::max<std::size_t>(1, block);
  const std::size_t blocks = (count + length - 1) / length;
  [[maybe_unused]] const std::size_t workers = std::clamp<std::size_t>(threads, 1, blocks);
  const auto run = [&](std::size_t b) { body(context, b * length, std::min(count, (b + 1) * length)); };
#ifdef PELTON_WITH_OPENMP
  if (workers > 1) {
#pragma omp parallel for schedule(dynamic) num_threads(static_cast <int>(workers))
    for (std::size_t b = 0; b < blocks; ++b) run(b);
    return;
  }
#endif
  for (std::size_t b = 0; b < blocks; ++b) run(b);
}

}  // namespace pelton::math
