#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/aligned_buffer.hpp"
#include "trees/code_columns.hpp"
#include "trees/forest.hpp"
#include "trees/search_table.hpp"

/// The layouts for one row at a time with byte permutations (AVX-512 VBMI): the row's codes are a few
/// registers, and one permutation fetches the codes that 64 splits ask for.
namespace pelton::trees {

inline constexpr std::size_t kMostLaneColumns = 256;
inline constexpr std::size_t kLaneTrees = 64;
inline constexpr std::size_t kMostLaneDepth = 7;

/// 64 consecutive trees, one a lane. All are made perfect to the depth of the deepest (1 at least). The
/// splits at one place of all trees are asked together, but for the last level: of its splits only one
/// a tree is asked, which lies beside its two leaves (what is fetched from the second-level cache is what
/// a row costs).
struct TreeLanes {
  std::uint32_t trees = 0;  ///< that are really there
  std::uint32_t depth = 0;
  std::uint32_t splits = 0;  ///< index of the first of 2^(depth − 1) − 1 in LaneLayout::tree_splits, heap order
  std::uint32_t ends = 0;    ///< index of its first tree's first LastSplit; 2^(depth − 1) a tree
};

/// A split of a tree's last level with its leaves.
template <class Sum>
struct alignas(4 * sizeof(Sum)) LastSplit {
  std::uint8_t column;
  std::uint8_t limit;
  Sum leaves[2];  ///< where the answer is yes, and no
};

/// The same place of 64 trees.
struct alignas(64) TreeLaneSplit {
  std::uint8_t columns[64];
  std::uint8_t limits[64];
};

/// One tree of up to 32 or 64 leaves, a split a lane (QuickScorer's idea, Lucchese et al. 2015): a
/// split that is answered no rules out the leaves of its yes subtree; the first leaf left is the row's.
template <class Bits>
struct alignas(64) NodeLanes {
  static constexpr std::size_t kSplits = 8 * sizeof(Bits);
  std::uint8_t columns[kSplits];
  std::uint8_t limits[kSplits];  ///< the largest code where there is no split: what it rules out is nothing
  Bits keep[kSplits];
};

/// How the codes of up to 64 axes, ordered and of at most 256 values each, are made in registers.
struct PackedColumns {
  bool fits = false;
  std::uint32_t axes = 0;
  std::uint32_t feature[64]{};  ///< of each axis
  std::uint32_t top[64]{};      ///< where its search begins, into the pool
  std::uint32_t bottom[64]{};   ///< where its values are
  std::uint32_t last[64]{};     ///< its last group of 16 values
  alignas(64) std::uint16_t axis[kMostLaneColumns]{};
  alignas(64) std::uint16_t first[kMostLaneColumns]{};  ///< see CodeColumn
  std::uint32_t missing_no[kMostLaneColumns / 32]{};    ///< a bit a column: missing values have the largest code
};

struct LaneLayout {
  enum class Kind : std::uint8_t { trees, nodes32, nodes64 };
  Kind kind = Kind::trees;
  CodeColumns codes;
  PackedColumns packed;
  std::vector<TreeLanes> groups;
  core::AlignedBuffer<TreeLaneSplit> tree_splits;
  core::AlignedBuffer<NodeLanes<std::uint32_t>> nodes32;
  core::AlignedBuffer<NodeLanes<std::uint64_t>> nodes64;
  core::AlignedBuffer<LastSplit<float>> float_ends;  ///< trees: by the precision of the sum, one of the two
  core::AlignedBuffer<LastSplit<double>> double_ends;
  core::AlignedBuffer<float> floats;  ///< nodes: leaf values, 32 or 64 a tree, one of the two
  core::AlignedBuffer<double> doubles;
  std::vector<std::uint32_t> outputs;  ///< of each tree

  std::size_t bytes() const noexcept;
};

/// Lays a forest out in lanes; nothing where it does not fit: trees too deep and with too many leaves,
/// too many columns, leaves of several values, linear leaves, an aggregate other than the sum.
std::optional<LaneLayout> make_lane_layout(const Forest& forest, const RankedForest& ranked, const RankTables& tables);

}  // namespace pelton::trees
