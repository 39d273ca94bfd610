#include "trees/lane_layout.hpp"

#include <algorithm>

namespace pelton::trees {

namespace {

constexpr std::uint32_t kLargestCode = 255;

class Layer {
 public:
  Layer(const Forest& forest, const RankedForest& ranked, LaneLayout& layout)
      : forest_(forest), ranked_(ranked), layout_(layout) {}

  void run() {
    for (const Tree& tree : forest_.trees) layout_.outputs.push_back(tree.output);
    switch (layout_.kind) {
      case LaneLayout::Kind::trees:
        if (forest_.sum_precision == Precision::float32) return add_groups(layout_.float_ends);
        return add_groups(layout_.double_ends);
      case LaneLayout::Kind::nodes32: return add_trees(layout_.nodes32);
      case LaneLayout::Kind::nodes64: return add_trees(layout_.nodes64);
    }
  }

 private:
  void add_leaf(double value) {
    if (forest_.sum_precision == Precision::float32) {
      layout_.floats.resize(layout_.floats.size() + 1);
      layout_.floats[layout_.floats.size() - 1] = static_cast<float>(value);
    } else {
      layout_.doubles.resize(layout_.doubles.size() + 1);
      layout_.doubles[layout_.doubles.size() - 1] = value;
    }
  }
  std::size_t leaves() const { return std::max(layout_.floats.size(), layout_.doubles.size()); }
  double value_of(const Node& leaf) const { return forest_.values[leaf.no]; }
  const CodeSplit& split(std::size_t tree, std::uint32_t node) const {
    return layout_.codes.splits[ranked_.first_split[tree] + node];
  }

  template <class Sum>
  void add_groups(core::AlignedBuffer<LastSplit<Sum>>& ends) {
    for (std::size_t first = 0; first < forest_.trees.size(); first += kLaneTrees) {
      TreeLanes& group = layout_.groups.emplace_back();
      group.trees = static_cast<std::uint32_t>(std::min(kLaneTrees, forest_.trees.size() - first));
      group.depth = 1;
      for (std::size_t t = 0; t < group.trees; ++t) {
        group.depth = std::max(group.depth, static_cast<std::uint32_t>(depth(forest_.trees[first + t])));
      }
      group.splits = static_cast<std::uint32_t>(layout_.tree_splits.size());
      group.ends = static_cast<std::uint32_t>(ends.size());
      const std::size_t last_level = std::size_t{1} << (group.depth - 1);
      layout_.tree_splits.resize(layout_.tree_splits.size() + last_level - 1);
      ends.resize(ends.size() + group.trees * last_level);
      for (std::size_t t = 0; t < group.trees; ++t) {
        add_to_group(group, first + t, t, ends.data() + group.ends + t * last_level);
      }
    }
  }

  /// Places are numbered as in a heap, from 1. Padding keeps column 0 and limit 0: no code is below it.
  template <class Sum>
  void add_to_group(const TreeLanes& group, std::size_t t, std::size_t lane, LastSplit<Sum>* ends) {
    const Tree& tree = forest_.trees[t];
    const std::size_t last_level = std::size_t{1} << (group.depth - 1);
    std::vector<std::uint32_t> at_place(2 * last_level);  // the node at each place
    for (std::size_t place = 1; place < 2 * last_level; ++place) {
      const std::uint32_t parent = at_place[place / 2];
      if (place > 1) at_place[place] = child(tree, parent, place % 2 == 0);
      const std::uint32_t at = at_place[place];
      const CodeSplit asked = tree.nodes[at].is_leaf() ? CodeSplit{} : split(t, at);
      if (place < last_level) {
        TreeLaneSplit& to = layout_.tree_splits[group.splits + place - 1];
        to.columns[lane] = static_cast<std::uint8_t>(asked.column);
        to.limits[lane] = static_cast<std::uint8_t>(asked.limit);
        continue;
      }
      LastSplit<Sum>& to = ends[place - last_level];
      to.column = static_cast<std::uint8_t>(asked.column);
      to.limit = static_cast<std::uint8_t>(asked.limit);
      to.leaves[0] = static_cast<Sum>(value_of(tree.nodes[child(tree, at, true)]));
      to.leaves[1] = static_cast<Sum>(value_of(tree.nodes[child(tree, at, false)]));
    }
  }

  /// The child of a node; a leaf stands for its own children.
  static std::uint32_t child(const Tree& tree, std::uint32_t node, bool yes) {
    const Node& at = tree.nodes[node];
    return at.is_leaf() ? node : yes ? at.yes : at.no;
  }

  template <class Bits>
  void add_trees(core::AlignedBuffer<NodeLanes<Bits>>& lanes) {
    lanes.resize(forest_.trees.size());
    for (std::size_t t = 0; t < forest_.trees.size(); ++t) {
      NodeLanes<Bits>& to = lanes[t];
      std::fill(std::begin(to.limits), std::end(to.limits), static_cast<std::uint8_t>(kLargestCode));
      std::fill(std::begin(to.keep), std::end(to.keep), ~Bits{0});
      const std::size_t first = leaves();
      add_in_order(t, to);
      while (leaves() < first + NodeLanes<Bits>::kSplits) add_leaf(0);
    }
  }

  /// Leaves from the yes-most to the no-most; trees are bounded by their leaves, so recursion is too.
  template <class Bits>
  void add_in_order(std::size_t t, NodeLanes<Bits>& to) {
    const Tree& tree = forest_.trees[t];
    std::size_t splits = 0;
    std::size_t count = 0;
    const auto visit = [&](auto&& self, std::uint32_t at) -> void {
      const Node& node = tree.nodes[at];
      if (node.is_leaf()) {
        add_leaf(value_of(node));
        ++count;
        return;
      }
      const std::size_t mine = splits++;
      to.columns[mine] = static_cast<std::uint8_t>(split(t, at).column);
      to.limits[mine] = static_cast<std::uint8_t>(split(t, at).limit);
      const std::size_t before = count;
      self(self, node.yes);
      for (std::size_t l = before; l < count; ++l) to.keep[mine] &= ~(Bits{1} << l);
      self(self, node.no);
    };
    visit(visit, 0);
  }

  const Forest& forest_;
  const RankedForest& ranked_;
  LaneLayout& layout_;
};

void pack_columns(const RankTables& tables, const CodeColumns& codes, PackedColumns& packed) {
  const std::span<const RankAxis> axes = tables.axes();
  packed.fits = axes.size() <= 64 && std::all_of(axes.begin(), axes.end(), [](const RankAxis& axis) {
                  return axis.kind == Axis::Kind::ordered && axis.gap == Axis::Gap::nan && axis.table.levels == 2;
                });
  if (!packed.fits) return;
  packed.axes = static_cast<std::uint32_t>(axes.size());
  for (std::size_t a = 0; a < axes.size(); ++a) {
    packed.feature[a] = axes[a].feature;
    packed.top[a] = axes[a].table.offset[0];
    packed.bottom[a] = axes[a].table.offset[1];
    packed.last[a] = axes[a].table.groups[1] - 1;
  }
  for (std::size_t c = 0; c < codes.columns.size(); ++c) {
    packed.axis[c] = static_cast<std::uint16_t>(codes.columns[c].axis);
    packed.first[c] = static_cast<std::uint16_t>(codes.columns[c].first);
    if (!codes.columns[c].missing_yes) packed.missing_no[c / 32] |= 1U << (c % 32);
  }
}

/// Leaves of all trees as they lie in lanes, padding included, may be so many times what they are (and a
/// small layout may be padded as it likes).
constexpr std::size_t kMostPadding = 8;
constexpr std::size_t kSmall = std::size_t{1} << 16;

std::size_t leaves_of(const Forest& forest) {
  std::size_t leaves = 0;
  for (const Tree& tree : forest.trees) leaves += tree.nodes.size() / 2 + 1;
  return leaves;
}

/// Of trees made as deep as the deepest of their 64.
std::size_t padded_leaves(const Forest& forest) {
  std::size_t total = 0;
  for (std::size_t first = 0; first < forest.trees.size(); first += kLaneTrees) {
    std::size_t deepest = 1;
    for (std::size_t t = first; t < std::min(first + kLaneTrees, forest.trees.size()); ++t) {
      deepest = std::max(deepest, depth(forest.trees[t]));
    }
    total += kLaneTrees << deepest;
  }
  return total;
}

std::optional<LaneLayout::Kind> kind_for(const Forest& forest) {
  std::size_t deepest = 0;
  std::size_t most_leaves = 0;
  for (const Tree& tree : forest.trees) {
    if (tree.width != 1) return std::nullopt;
    if (tree.nodes.size() > 2 * (std::size_t{1} << kMostLaneDepth)) return std::nullopt;
    deepest = std::max(deepest, depth(tree));
    most_leaves = std::max(most_leaves, count_leaves(tree));
  }
  const std::size_t allowed = std::max(kSmall, kMostPadding * leaves_of(forest));
  if (deepest <= kMostLaneDepth && padded_leaves(forest) <= allowed) return LaneLayout::Kind::trees;
  if (most_leaves <= 32 && 32 * forest.trees.size() <= allowed) return LaneLayout::Kind::nodes32;
  if (most_leaves <= 64 && 64 * forest.trees.size() <= allowed) return LaneLayout::Kind::nodes64;
  return std::nullopt;
}

}  // namespace

std::size_t LaneLayout::bytes() const noexcept {
  return codes.bytes() + tree_splits.size() * sizeof(TreeLaneSplit) + nodes32.size() * sizeof(nodes32[0]) +
         nodes64.size() * sizeof(nodes64[0]) + float_ends.size() * sizeof(float_ends[0]) +
         double_ends.size() * sizeof(double_ends[0]) + floats.size() * sizeof(float) + doubles.size() * sizeof(double);
}

std::optional<LaneLayout> make_lane_layout(const Forest& forest, const RankedForest& ranked, const RankTables& tables) {
  if (forest.aggregate != Aggregate::sum || !forest.linear.empty()) return std::nullopt;
  const auto kind = kind_for(forest);
  if (!kind) return std::nullopt;
  LaneLayout layout;
  layout.kind = *kind;
  auto codes = make_code_columns(forest, ranked, kLargestCode, kMostLaneColumns);
  if (!codes) return std::nullopt;
  layout.codes = *std::move(codes);
  pack_columns(tables, layout.codes, layout.packed);
  Layer(forest, ranked, layout).run();
  layout.codes.splits.clear();
  layout.codes.splits.shrink_to_fit();
  return layout;
}

}  // namespace pelton::trees
