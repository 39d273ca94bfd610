#pragma once

#include <cstddef>
#include <cstdint>

#include "core/cpu_features.hpp"
#include "trees/lane_layout.hpp"
#include "trees/plane_layout.hpp"
#include "trees/search_table.hpp"
#include "trees/walk_layout.hpp"

/// The scoring kernels of tree ensembles, one table an instruction set. All give the same bits.
namespace pelton::trees {

/// How a sum of leaves becomes a margin; see Forest.
struct FinishView {
  const double* base = nullptr;  ///< one an output
  bool base_first = true;
  double divisor = 1;
  double scale = 1;
};

/// What the kernels read of a forest's ranks.
struct RankView {
  const RankAxis* axes = nullptr;
  std::size_t count = 0;
  const float* floats = nullptr;    ///< the search trees, where inputs are float32
  const double* doubles = nullptr;  ///< otherwise
  double zero_threshold = 0;
};

struct RowsView {
  const double* data = nullptr;
  std::size_t stride = 0;
  std::size_t count = 0;
};

struct MarginsView {
  double* data = nullptr;
  std::size_t stride = 0;
};

struct PlaneView {
  RankView ranks;
  FinishView finish;
  const PlaneLayout* layout = nullptr;
  std::size_t outputs = 1;
};

struct WalkView {
  RankView ranks;
  FinishView finish;
  const WalkLayout* layout = nullptr;
  const Forest* forest = nullptr;  ///< for leaves that are not just a value
  std::size_t outputs = 1;
};

struct LaneView {
  RankView ranks;
  FinishView finish;
  const LaneLayout* layout = nullptr;
  std::size_t outputs = 1;
};

/// The planes of 64 rows: bit r of word `plane` is that bit of the number of row r's leaf.
struct LeafBits {
  const std::uint64_t* planes;  ///< the first plane's word
  std::size_t stride;           ///< words from a plane to the next
  std::size_t count;            ///< planes
};

inline constexpr std::size_t kNarrowRows = 64;
inline constexpr std::size_t kWideRows = 512;

/// Precisions that a kernel is compiled for: of the inputs, and of the sum.
struct Precisions {
  Precision input;
  Precision sum;
};

/// One instruction set's kernels.
struct TreeKernels {
  const char* name;
  bool sliced_tables;  ///< how PlaneLayout::tables are wanted

  /// Margins of up to kNarrowRows (or kWideRows) rows by planes. `scratch` is 64-byte aligned and has
  /// plane_scratch_bytes.
  using ScorePlanes = void (*)(const PlaneView& view, RowsView rows, MarginsView out, std::byte* scratch);
  ScorePlanes (*planes)(Precisions precisions, bool wide);

  /// Margins of any number of rows, one after the other, by lanes. `scratch` holds a double an output.
  using ScoreLanes = void (*)(const LaneView& view, RowsView rows, MarginsView out, std::byte* scratch);
  ScoreLanes (*lanes)(Precisions precisions);  ///< null: this instruction set has no such kernels

  /// Margins of up to walk_block_rows rows by walking: all trees of one row side by side, or all rows on
  /// one tree after the other. `scratch` is 64-byte aligned and has walk_scratch_bytes.
  using ScoreWalk = void (*)(const WalkView& view, RowsView rows, MarginsView out, std::byte* scratch);
  ScoreWalk (*walk)(Precisions precisions);
};

std::size_t plane_scratch_bytes(const PlaneLayout& layout, std::size_t outputs, bool wide) noexcept;

std::size_t walk_block_rows(const WalkLayout& layout, std::size_t outputs) noexcept;
std::size_t walk_scratch_bytes(const WalkLayout& layout, std::size_t outputs, std::size_t rows) noexcept;

/// The table of an instruction set, which this machine must have (asserted).
const TreeKernels& tree_kernels(core::Isa isa);

// One definition each in kernels_<isa>.cpp.
const TreeKernels& scalar_tree_kernels() noexcept;
const TreeKernels& avx2_tree_kernels() noexcept;
const TreeKernels& avx512_tree_kernels() noexcept;
/// AVX-512 with VBMI (byte permutations), where the processor has it.
const TreeKernels& avx512vbmi_tree_kernels() noexcept;

}  // namespace pelton::trees
