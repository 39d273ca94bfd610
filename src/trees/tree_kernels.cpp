#include "trees/tree_kernels.hpp"

#include <cassert>

namespace pelton::trees {

std::size_t plane_scratch_bytes(const PlaneLayout& layout, std::size_t outputs, bool wide) noexcept {
  const std::size_t rows = wide ? kWideRows : kNarrowRows;
  const std::size_t masks = layout.questions + layout.axes.size() + 1 + layout.most_members + kMostReachMasks +
                            kMostMuxDepth;
  return masks * rows / 8 + outputs * rows * sizeof(double) + core::kAlignment;
}

const TreeKernels& tree_kernels(core::Isa isa) {
  assert(isa <= core::detected_isa());
  switch (isa) {
    case core::Isa::avx512: return core::has_byte_permutations() ? avx512vbmi_tree_kernels() : avx512_tree_kernels();
    case core::Isa::avx2: return avx2_tree_kernels();
    case core::Isa::scalar: break;
  }
  return scalar_tree_kernels();
}

}  // namespace pelton::trees
