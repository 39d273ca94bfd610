#pragma once

#include "trees/code_text.hpp"
#include "trees/finish_text.hpp"
#include "trees/plain.hpp"
#include "trees/tree_kernels.hpp"

/// The kernels of walk_layout.hpp. In an unnamed namespace, as all kernel texts.
namespace pelton::trees {
namespace {

/// Where a walker stands: on a split.
struct Walker {
  std::uint32_t slot;
  std::uint32_t who;  ///< which row, or which tree
};

/// Takes all walkers down to their leaves, whose slots are left in `leaves[who]`; `codes_of(who)` gives
/// the row's codes. One level a pass; who has arrived leaves the list, without a branch.
template <class CodesOf>
[[gnu::always_inline]] inline void walk_down(const WalkSlot* slots, Walker* walkers, std::size_t count,
                                             CodesOf codes_of, std::uint32_t* leaves) {
  while (count != 0) {
    std::size_t walking = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const Walker walker = walkers[i];
      const WalkSlot::Split split = slots[walker.slot].split;
      const std::uint32_t no = codes_of(walker.who)[split.column] >= split.limit ? 1 : 0;
      const std::uint32_t next = split.children / 4 + no;
      __builtin_prefetch(slots + next);
      leaves[walker.who] = next;
      walkers[walking] = {next, walker.who};
      walking += (split.children >> no & 1) ^ 1;
    }
    count = walking;
  }
}

template <class Sum>
[[gnu::always_inline]] inline Sum slot_value(const WalkSlot& slot) {
  if constexpr (sizeof(Sum) == sizeof(float)) {
    return slot.narrow;
  } else {
    return slot.value;
  }
}

/// The value of a leaf that is not simple.
template <class Sum>
inline Sum complex_value(const WalkView& view, std::uint32_t leaf, std::uint32_t k, const double* row) {
  const WalkLeaf& at = view.layout->leaves[leaf];
  Node node;
  node.feature = kNone;
  node.no = at.values;
  node.set = at.linear;
  return static_cast<Sum>(leaf_value(*view.forest, node, k, row));
}

template <class Sum>
[[gnu::always_inline]] inline void aggregate(Aggregate how, Sum& to, Sum value) {
  switch (how) {
    case Aggregate::sum: to += value; return;
    case Aggregate::min: to = value != value ? to : to != to || value < to ? value : to; return;
    case Aggregate::max: to = value != value ? to : to != to || value > to ? value : to; return;
  }
}

/// What min and max start from and end in, see Forest.
template <class Sum>
[[gnu::always_inline]] inline void start_walk(const WalkView& view, Sum* sums) {
  if (view.forest->aggregate == Aggregate::sum) return start_sums(view.finish, view.outputs, sums);
  for (std::size_t k = 0; k < view.outputs; ++k) sums[k] = Sum(__builtin_nan(""));
}

template <class Sum>
[[gnu::always_inline]] inline void finish_walk(const WalkView& view, Sum* sums, double* out) {
  if (view.forest->aggregate == Aggregate::sum) return finish_sums(view.finish, view.outputs, sums, out);
  FinishView finish = view.finish;
  finish.base_first = false;
  for (std::size_t k = 0; k < view.outputs; ++k) sums[k] = sums[k] != sums[k] ? Sum(0) : sums[k];
  finish_sums(finish, view.outputs, sums, out);
}

/// A block's scratch memory: [rows][outputs] sums, [rows][columns] codes, and the walkers.
template <class Sum>
struct WalkScratch {
  WalkScratch(const WalkView& view, std::size_t rows, std::byte* at)
      : sums(reinterpret_cast<Sum*>(at)),
        walkers(reinterpret_cast<Walker*>(at + rows * view.outputs * sizeof(double))),
        leaves(reinterpret_cast<std::uint32_t*>(walkers + most_walkers(view, rows))),
        codes(reinterpret_cast<std::uint16_t*>(leaves + most_walkers(view, rows))) {}

  static std::size_t most_walkers(const WalkView& view, std::size_t rows) {
    return rows > view.layout->trees.size() ? rows : view.layout->trees.size();
  }
  Sum* sums;
  Walker* walkers;
  std::uint32_t* leaves;  ///< the slot that each walker ends in
  std::uint16_t* codes;
};

template <class Sum>
inline void add_leaf(const WalkView& view, const WalkTree& tree, std::uint32_t slot, const double* row, Sum* sums) {
  const WalkSlot& leaf = view.layout->slots[slot];
  if (view.layout->simple) {
    sums[tree.output] += slot_value<Sum>(leaf);
    return;
  }
  for (std::uint32_t k = 0; k < tree.width; ++k) {
    aggregate(view.forest->aggregate, sums[tree.output + k], complex_value<Sum>(view, leaf.leaf, k, row));
  }
}

/// One row: all trees side by side, then their leaves in order.
template <class Sum>
inline void walk_row(const WalkView& view, const double* row, const WalkScratch<Sum>& scratch) {
  const WalkLayout& layout = *view.layout;
  std::size_t count = 0;
  for (std::uint32_t t = 0; t < layout.trees.size(); ++t) {
    const std::uint32_t root = layout.trees[t].root;
    scratch.leaves[t] = root / 4;
    scratch.walkers[count] = {root / 4, t};
    count += (root & 1) ^ 1;
  }
  walk_down(
      layout.slots.data(), scratch.walkers, count, [&](std::uint32_t) { return scratch.codes; }, scratch.leaves);
  for (std::size_t t = 0; t < layout.trees.size(); ++t) {
    add_leaf(view, layout.trees[t], scratch.leaves[t], row, scratch.sums);
  }
}

/// A block of rows: tree by tree, all rows side by side, so that a tree stays in the near caches.
template <class Sum>
inline void walk_rows(const WalkView& view, RowsView rows, const WalkScratch<Sum>& scratch) {
  const WalkLayout& layout = *view.layout;
  const std::size_t columns = layout.codes.columns.size();
  for (const WalkTree& tree : layout.trees) {
    const std::uint32_t root = tree.root / 4;
    for (std::uint32_t r = 0; r < rows.count; ++r) {
      scratch.walkers[r] = {root, r};
      scratch.leaves[r] = root;
    }
    walk_down(
        layout.slots.data(), scratch.walkers, (tree.root & 1) != 0 ? 0 : rows.count,
        [&](std::uint32_t r) { return scratch.codes + r * columns; }, scratch.leaves);
    for (std::size_t r = 0; r < rows.count; ++r) {
      add_leaf(view, tree, scratch.leaves[r], rows.data + r * rows.stride, scratch.sums + r * view.outputs);
    }
  }
}

template <class Input, class Sum>
void score_walk(const WalkView& view, RowsView rows, MarginsView out, std::byte* memory) {
  const WalkScratch<Sum> scratch(view, rows.count, memory);
  for (std::size_t r = 0; r < rows.count; ++r) start_walk(view, scratch.sums + r * view.outputs);
  if (rows.count == 1) {
    code_row<Input>(view.ranks, view.layout->codes, rows.data, scratch.codes);
    walk_row(view, rows.data, scratch);
  } else {
    code_rows<Input>(view.ranks, view.layout->codes, rows, scratch.codes);
    walk_rows(view, rows, scratch);
  }
  for (std::size_t r = 0; r < rows.count; ++r) {
    finish_walk(view, scratch.sums + r * view.outputs, out.data + r * out.stride);
  }
}

TreeKernels::ScoreWalk choose_walk(Precisions precisions) {
  if (precisions.input == Precision::float32) {
    return precisions.sum == Precision::float32 ? score_walk<float, float> : score_walk<float, double>;
  }
  return precisions.sum == Precision::float32 ? score_walk<double, float> : score_walk<double, double>;
}

}  // namespace
}  // namespace pelton::trees
