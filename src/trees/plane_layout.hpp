#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/aligned_buffer.hpp"
#include "trees/axis.hpp"
#include "trees/forest.hpp"
#include "trees/search_table.hpp"

/// The layout for many rows and trees of at most 1,024 leaves: bit planes.
///
/// Rows are taken 64 or 512 at a time. Every distinct question of the forest is answered once for all
/// of them: a mask with a bit a row. A tree is then evaluated for all rows together by logic on masks,
/// which gives the bits of the number of the leaf each row ends in, a plane (a mask) a bit.
///  - mux: the tree, made perfect (padded to 2^depth leaves), is a multiplexer: the answer at the root
///    selects between the masks of its halves, and so on; one select a split.
///  - reach: the rows that reach a split go on to its children; the planes are ORs of the leaves' masks.
///    Splits are taken along paths (the child with the larger subtree next), so that the mask of the rows
///    at hand stays in a register; only those that leave the path go through memory.
namespace pelton::trees {

inline constexpr std::size_t kMostPlaneLeaves = 1024;
inline constexpr std::size_t kMostPlanes = 10;
/// Leaves whose numbers are bytes, so that their values can be looked up a byte at a time.
inline constexpr std::size_t kMostSlicedLeaves = 256;
inline constexpr std::size_t kMostMuxDepth = 8;
/// Masks of leaves are taken so many at a time.
inline constexpr std::size_t kLeafGroup = 8;
/// Masks that a reach tree may need: of its leaves, and of the chains that are still to come.
inline constexpr std::size_t kMostReachMasks = 2 * kMostPlaneLeaves;

/// A split of a tree in planes: rows go to the yes child where masks[question] | gaps[gap] has a bit.
struct PlaneSplit {
  std::uint32_t question = 0;
  std::uint32_t gap = 0;  ///< 0: missing values go to no; else 1 + axis
};

/// A split of a chain: rows that answer as `flip` says go on along the chain, the others into a mask.
struct ChainSplit {
  PlaneSplit split;
  std::uint32_t off = 0;  ///< mask of those that leave
  std::int64_t flip = 0;  ///< 0: yes goes on; -1: no goes on
};

/// A path down a tree. Its rows are those of mask `from`; who comes to its end goes into mask `end`.
struct Chain {
  std::uint16_t from = 0;
  std::uint16_t splits = 0;
  std::uint16_t end = 0;
};

struct PlaneTree {
  std::uint32_t first = 0;        ///< its first split in `mux` (2^planes − 1 of them, heap order) or `reach`
  std::uint32_t first_chain = 0;  ///< reach
  std::uint16_t chains = 0;       ///< reach: of them; the first one's `from` is the root's mask
  std::uint16_t leaves = 0;       ///< reach: masks 0 to leaves − 1 are those of the leaves
  std::uint8_t planes = 0;        ///< bits of a leaf's number; 0: the tree is one leaf
  bool is_mux = true;
  std::uint32_t output = 0;
  std::uint32_t width = 1;
  std::uint32_t table = 0;  ///< its leaves' first value in the tables, see PlaneLayout::table_leaves
};

/// A question about a category: the OR of the masks of its members.
struct CategoryQuestion {
  std::uint32_t question = 0;
  std::uint32_t first_member = 0;
  std::uint32_t last_member = 0;
};

/// The masks of one axis.
struct PlaneAxis {
  std::uint32_t first_question = 0;  ///< ordered: one mask a limit from 1 to values + 1
  std::uint32_t first_category = 0;  ///< category: its CategoryQuestions
  std::uint32_t last_category = 0;
};

struct PlaneLayout {
  std::vector<PlaneAxis> axes;  ///< beside those of RankTables
  std::vector<CategoryQuestion> categories;
  std::vector<std::uint32_t> members;  ///< ranks
  std::uint32_t questions = 0;
  std::uint32_t most_members = 0;  ///< values of the largest category axis
  std::vector<PlaneSplit> mux;
  std::vector<ChainSplit> reach;
  std::vector<Chain> chains;
  std::vector<PlaneTree> trees;
  /// Leaf values, tree after tree and value after value: table_leaves(tree) numbers each, as float or
  /// double by the forest's sum; or, `sliced` and at most kMostSlicedLeaves, first the lowest bytes of all
  /// leaves, then the next, ….
  core::AlignedBuffer<std::byte> tables;
  bool sliced = false;

  /// Leaves of a table, padded to whole cache lines of bytes.
  static std::size_t table_leaves(const PlaneTree& tree) noexcept {
    return ((std::size_t{1} << tree.planes) + 63) / 64 * 64;
  }
  std::size_t bytes() const noexcept;
};

/// Lays a forest out in planes; nothing where it does not fit: a tree with too many leaves, linear
/// leaves, an aggregate other than the sum, more than `most_questions`.
std::optional<PlaneLayout> make_plane_layout(const Forest& forest, const RankedForest& ranked, bool sliced,
                                             std::size_t most_questions);

}  // namespace pelton::trees
