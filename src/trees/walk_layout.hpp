#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/aligned_buffer.hpp"
#include "trees/code_columns.hpp"
#include "trees/forest.hpp"

/// The layout that fits every forest: splits of eight bytes, walked for many rows or many trees side by
/// side, so that one's wait for memory is another's work.
namespace pelton::trees {

/// A split, or the place of a leaf. The children of a split lie side by side, yes first, and what a row
/// comes to next is likely to lie on the same cache line.
union WalkSlot {
  struct Split {
    std::uint16_t column;
    std::uint16_t limit;     ///< yes if code < limit
    std::uint32_t children;  ///< index of the yes child · 4 + (yes is a leaf) + 2 · (no is a leaf)
  } split;
  float narrow;        ///< the leaf's value, where it has one and sums are float32
  double value;        ///< where sums are float64
  std::uint32_t leaf;  ///< index of the leaf in WalkLayout::leaves, where it is not just one value
};
static_assert(sizeof(WalkSlot) == 8);

struct WalkTree {
  std::uint32_t root = 0;  ///< index of its slot · 4 + (it is a leaf)
  std::uint32_t output = 0;
  std::uint32_t width = 1;
};

/// A leaf that is more than one value.
struct WalkLeaf {
  std::uint32_t values = 0;      ///< index of its first value in Forest::values
  std::uint32_t linear = kNone;  ///< index into Forest::linear
};

struct WalkLayout {
  CodeColumns codes;
  core::AlignedBuffer<WalkSlot> slots;
  std::vector<WalkTree> trees;
  std::vector<WalkLeaf> leaves;
  bool simple = true;  ///< one value a leaf, and the aggregate is the sum: values stand in the slots

  std::size_t bytes() const noexcept {
    return codes.bytes() + slots.size() * sizeof(WalkSlot) + leaves.size() * sizeof(WalkLeaf) +
           trees.size() * sizeof(WalkTree);
  }
};

/// Lays a forest out for walking; nothing where it has more columns or splits than can be numbered.
std::optional<WalkLayout> make_walk_layout(const Forest& forest, const RankedForest& ranked);

}  // namespace pelton::trees
