#pragma once

#include "trees/code_text.hpp"
#include "trees/finish_text.hpp"
#include "trees/tree_kernels.hpp"

/// The plane kernels' one text, compiled once an instruction set: everything is in an unnamed
/// namespace. The including file defines a class Isa with
///   template <class T> static void rank64(const SearchTable&, const T* pool, const T* x, std::uint32_t* ranks);
///   template <class T> static void add_leaves(const LeafBits&, const std::byte* table, std::size_t leaves, T* sums);
///   template <class T> static void read_sums(const T* sums, T* in_row_order);
/// before it includes this.
#pragma GCC diagnostic ignored "-Wpsabi"  // masks never cross a call

namespace pelton::trees {
namespace {

#define PELTON_INLINE [[gnu::always_inline]] inline

/// 512 bits, a bit a row.
using Wide [[gnu::vector_size(64), gnu::may_alias]] = std::uint64_t;
using Narrow [[gnu::may_alias]] = std::uint64_t;

template <class Mask>
inline constexpr std::size_t kWords = sizeof(Mask) / sizeof(std::uint64_t);

/// Where the masks of a block of rows lie in scratch memory.
template <class Mask>
struct PlaneScratch {
  PlaneScratch(const PlaneLayout& layout, std::size_t axes, std::byte* at)
      : masks(reinterpret_cast<Mask*>(at)),
        gaps(masks + layout.questions),
        members(gaps + axes + 1),
        reach(members + layout.most_members),
        planes(reach + kMostReachMasks),
        sums(on_line(reinterpret_cast<std::byte*>(planes + kMostPlanes))) {}

  static std::byte* on_line(std::byte* at) {
    return at + (core::kAlignment - reinterpret_cast<std::uintptr_t>(at) % core::kAlignment) % core::kAlignment;
  }

  Mask* masks;    ///< of the questions: the rows that are not missing and answer yes
  Mask* gaps;     ///< [0] none, then the missing rows of each axis
  Mask* members;  ///< of one category axis: the rows that stand for each member
  Mask* reach;
  Mask* planes;
  std::byte* sums;  ///< [outputs][rows]
};

PELTON_INLINE std::uint64_t* words(void* mask) { return static_cast<std::uint64_t*>(mask); }

/// Ranks 64 values of an axis and marks each row in `masks` at its rank, or in `gap`. True if a
/// value was missing. Bits are set in word `word` of masks of `kWords<Mask>` words.
template <class Mask, class T>
PELTON_INLINE bool mark64(const RankAxis& axis, const T* pool, T* x, std::size_t rows, Mask* masks, Mask* gap,
                          std::size_t word) {
  alignas(64) std::uint32_t reached[64];
  std::uint64_t missing = 0;
  for (std::size_t r = 0; r < rows; ++r) missing |= static_cast<std::uint64_t>(prepare(axis, x[r])) << r;
  for (std::size_t r = rows; r < 64; ++r) x[r] = T(0);
  Isa::template rank64<T>(axis.table, pool, x, reached);
  std::uint64_t* to = words(masks);
  for (std::size_t r = 0; r < rows; ++r) {
    if ((missing >> r & 1) != 0) continue;
    const std::size_t rank = settle_rank(axis, pool, x[r], reached[r]);
    if (axis.kind == Axis::Kind::category && rank == axis.table.size) continue;
    to[rank * kWords<Mask> + word] |= std::uint64_t{1} << r;
  }
  words(gap)[word] = missing;
  return missing != 0;
}

/// Answers all questions of the forest for a block of rows. True if any value was missing.
template <class Mask, class T>
bool answer_questions(const PlaneView& view, RowsView rows, const PlaneScratch<Mask>& scratch) {
  const PlaneLayout& layout = *view.layout;
  const T* const pool = rank_pool<T>(view.ranks);
  scratch.gaps[0] = Mask{};
  bool any_missing = false;
  for (std::size_t a = 0; a < view.ranks.count; ++a) {
    const RankAxis& axis = view.ranks.axes[a];
    const PlaneAxis& plane = layout.axes[a];
    const bool ordered = axis.kind == Axis::Kind::ordered;
    Mask* masks = ordered ? scratch.masks + plane.first_question : scratch.members;
    const std::size_t count = axis.table.size + (ordered ? 1 : 0);
    for (std::size_t m = 0; m < count; ++m) masks[m] = Mask{};
    scratch.gaps[a + 1] = Mask{};
    for (std::size_t first = 0; first < rows.count; first += 64) {
      alignas(64) T x[64];
      const std::size_t some = rows.count - first < 64 ? rows.count - first : 64;
      const double* from = rows.data + first * rows.stride + axis.feature;
      for (std::size_t r = 0; r < some; ++r) x[r] = read_value<T>(view.ranks, from[r * rows.stride]);
      any_missing |= mark64<Mask, T>(axis, pool, x, some, masks, scratch.gaps + a + 1, first / 64);
    }
    if (ordered) {
      Mask reached{};
      for (std::size_t m = 0; m < count; ++m) {
        reached |= masks[m];
        masks[m] = reached;
      }
      continue;
    }
    for (std::uint32_t c = plane.first_category; c < plane.last_category; ++c) {
      const CategoryQuestion& question = layout.categories[c];
      Mask yes{};
      for (std::uint32_t m = question.first_member; m < question.last_member; ++m) yes |= masks[layout.members[m]];
      scratch.masks[question.question] = yes;
    }
  }
  return any_missing;
}

template <class Mask, bool kMissing>
PELTON_INLINE Mask answer(const PlaneSplit& split, const PlaneScratch<Mask>& scratch) {
  if constexpr (kMissing) return scratch.masks[split.question] | scratch.gaps[split.gap];
  return scratch.masks[split.question];
}

template <class Mask>
PELTON_INLINE Mask select(Mask yes, Mask a, Mask b) {
  return (yes & a) | (~yes & b);
}

/// The answer at the split that each row comes to, of the 2^kLevel splits of a level, by the answers
/// above it.
template <class Mask, bool kMissing, std::size_t kLevel>
PELTON_INLINE Mask level_answer(const PlaneSplit* splits, const Mask* above, const PlaneScratch<Mask>& scratch) {
  if constexpr (kLevel == 0) {
    return answer<Mask, kMissing>(*splits, scratch);
  } else {
    const Mask a = level_answer<Mask, kMissing, kLevel - 1>(splits, above + 1, scratch);
    const Mask b =
        level_answer<Mask, kMissing, kLevel - 1>(splits + (std::size_t{1} << (kLevel - 1)), above + 1, scratch);
    return select(above[0], a, b);
  }
}

template <class Mask, bool kMissing, std::size_t kDepth, std::size_t kLevel = 0>
PELTON_INLINE void mux_levels(const PlaneSplit* tree, Mask* answers, const PlaneScratch<Mask>& scratch) {
  if constexpr (kLevel < kDepth) {
    answers[kLevel] = level_answer<Mask, kMissing, kLevel>(tree + (std::size_t{1} << kLevel) - 1, answers, scratch);
    scratch.planes[kDepth - 1 - kLevel] = ~answers[kLevel];
    mux_levels<Mask, kMissing, kDepth, kLevel + 1>(tree, answers, scratch);
  }
}

template <class Mask, bool kMissing, std::size_t kDepth>
[[gnu::noinline]] void mux_planes(const PlaneSplit* tree, const PlaneScratch<Mask>& scratch) {
  Mask answers[kDepth];
  mux_levels<Mask, kMissing, kDepth>(tree, answers, scratch);
}

template <class Mask, bool kMissing>
PELTON_INLINE void mux_planes(const PlaneTree& tree, const PlaneSplit* splits, const PlaneScratch<Mask>& scratch) {
  switch (tree.planes) {
    case 1: return mux_planes<Mask, kMissing, 1>(splits, scratch);
    case 2: return mux_planes<Mask, kMissing, 2>(splits, scratch);
    case 3: return mux_planes<Mask, kMissing, 3>(splits, scratch);
    case 4: return mux_planes<Mask, kMissing, 4>(splits, scratch);
    case 5: return mux_planes<Mask, kMissing, 5>(splits, scratch);
    case 6: return mux_planes<Mask, kMissing, 6>(splits, scratch);
    case 7: return mux_planes<Mask, kMissing, 7>(splits, scratch);
    case 8: return mux_planes<Mask, kMissing, 8>(splits, scratch);
    default: return;
  }
}

/// Follows every row down the tree: the masks of its leaves.
template <class Mask, bool kMissing>
PELTON_INLINE void reach_leaves(const PlaneTree& tree, const ChainSplit* split, const Chain* chain,
                                const PlaneScratch<Mask>& scratch) {
  Mask* const reach = scratch.reach;
  reach[chain->from] = ~Mask{};
  for (const Chain* const end = chain + tree.chains; chain != end; ++chain) {
    Mask rows = reach[chain->from];
    for (const ChainSplit* const last = split + chain->splits; split != last; ++split) {
      const Mask on = answer<Mask, kMissing>(split->split, scratch) ^ static_cast<std::uint64_t>(split->flip);
      reach[split->off] = rows & ~on;
      rows &= on;
    }
    reach[chain->end] = rows;
  }
}

/// The planes of the leaves' numbers: bit 0 is set for every second leaf, bit 1 for every second pair, ….
template <class Mask>
PELTON_INLINE void join_leaves(const PlaneTree& tree, const PlaneScratch<Mask>& scratch) {
  Mask* const leaves = scratch.reach;
  for (std::size_t l = tree.leaves; l % kLeafGroup != 0; ++l) leaves[l] = Mask{};
  Mask planes[kMostPlanes]{};
  for (std::size_t first = 0; first < tree.leaves; first += kLeafGroup) {
    const Mask* const m = leaves + first;
    const Mask high = m[4] | m[5] | m[6] | m[7];
    planes[0] |= m[1] | m[3] | m[5] | m[7];
    planes[1] |= m[2] | m[3] | m[6] | m[7];
    planes[2] |= high;
    const Mask all = m[0] | m[1] | m[2] | m[3] | high;
    for (std::size_t plane = 3; plane < tree.planes; ++plane) {
      planes[plane] |= all & -static_cast<std::uint64_t>(first >> plane & 1);
    }
  }
  for (std::size_t plane = 0; plane < tree.planes; ++plane) scratch.planes[plane] = planes[plane];
}

template <class Mask, bool kMissing, class Sum>
void add_trees(const PlaneView& view, std::size_t rows, const PlaneScratch<Mask>& scratch) {
  const PlaneLayout& layout = *view.layout;
  Sum* const sums = reinterpret_cast<Sum*>(scratch.sums);
  constexpr std::size_t kBlock = 64 * kWords<Mask>;
  for (const PlaneTree& tree : layout.trees) {
    if (tree.is_mux) {
      mux_planes<Mask, kMissing>(tree, layout.mux.data() + tree.first, scratch);
    } else {
      reach_leaves<Mask, kMissing>(tree, layout.reach.data() + tree.first, layout.chains.data() + tree.first_chain,
                                   scratch);
      join_leaves<Mask>(tree, scratch);
    }
    const std::size_t leaves = PlaneLayout::table_leaves(tree);
    for (std::uint32_t k = 0; k < tree.width; ++k) {
      const std::byte* table = layout.tables.data() + (tree.table + k * leaves) * sizeof(Sum);
      Sum* to = sums + (tree.output + k) * kBlock;
      for (std::size_t word = 0; word * 64 < rows; ++word) {
        const LeafBits bits{words(scratch.planes) + word, kWords<Mask>, tree.planes};
        Isa::template add_leaves<Sum>(bits, table, leaves, to + word * 64);
      }
    }
  }
}

template <class Mask, class Input, class Sum>
void score_planes(const PlaneView& view, RowsView rows, MarginsView out, std::byte* memory) {
  const PlaneScratch<Mask> scratch(*view.layout, view.ranks.count, memory);
  constexpr std::size_t kBlock = 64 * kWords<Mask>;
  Sum* const sums = reinterpret_cast<Sum*>(scratch.sums);
  for (std::size_t k = 0; k < view.outputs; ++k) {
    const Sum start = first_sum<Sum>(view.finish, k);
    for (std::size_t r = 0; r < kBlock; ++r) sums[k * kBlock + r] = start;
  }
  if (answer_questions<Mask, Input>(view, rows, scratch)) {
    add_trees<Mask, true, Sum>(view, rows.count, scratch);
  } else {
    add_trees<Mask, false, Sum>(view, rows.count, scratch);
  }
  for (std::size_t k = 0; k < view.outputs; ++k) {
    for (std::size_t first = 0; first < rows.count; first += 64) {
      alignas(64) Sum in_order[64];
      Isa::template read_sums<Sum>(sums + k * kBlock + first, in_order);
      const std::size_t some = rows.count - first < 64 ? rows.count - first : 64;
      for (std::size_t r = 0; r < some; ++r) {
        out.data[(first + r) * out.stride + k] = finished<Sum>(view.finish, k, in_order[r]);
      }
    }
  }
}

template <class Mask>
TreeKernels::ScorePlanes planes_for(Precisions precisions) {
  if (precisions.input == Precision::float32) {
    return precisions.sum == Precision::float32 ? score_planes<Mask, float, float> : score_planes<Mask, float, double>;
  }
  return precisions.sum == Precision::float32 ? score_planes<Mask, double, float> : score_planes<Mask, double, double>;
}

TreeKernels::ScorePlanes choose_planes(Precisions precisions, bool wide) {
  return wide ? planes_for<Wide>(precisions) : planes_for<Narrow>(precisions);
}

}  // namespace
}  // namespace pelton::trees
