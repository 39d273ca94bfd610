#include "trees/tree_kernels.hpp"

#include <algorithm>
#include <cassert>

namespace pelton::trees {

std::size_t plane_scratch_bytes(const PlaneLayout& layout, std::size_t outputs, bool wide) noexcept {
  const std::size_t rows = wide ? kWideRows : kNarrowRows;
  const std::size_t masks =
      layout.questions + layout.axes.size() + 1 + layout.most_members + kMostReachMasks + kMostPlanes;
  return masks * rows / 8 + outputs * rows * sizeof(double) + core::kAlignment;
}

std::size_t walk_block_rows(const WalkLayout& layout, std::size_t outputs) noexcept {
  constexpr std::size_t kCodes = 65536;  // of a block, a sum counting four: an eighth of a second-level cache
  return std::clamp<std::size_t>(kCodes / (layout.codes.columns.size() + 4 * outputs), 16, 2048);
}

std::size_t walk_scratch_bytes(const WalkLayout& layout, std::size_t outputs, std::size_t rows) noexcept {
  const std::size_t walkers = std::max(rows, layout.trees.size());
  return rows * outputs * sizeof(double) + walkers * (sizeof(std::uint64_t) + sizeof(std::uint32_t)) +
         rows * layout.codes.columns.size() * sizeof(std::uint16_t) + core::kAlignment;
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
