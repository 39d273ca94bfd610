#include "trees/walk_layout.hpp"

#include <algorithm>
#include <deque>

namespace pelton::trees {

namespace {

constexpr std::uint32_t kLargestCode = UINT16_MAX;
constexpr std::size_t kMostSlots = std::size_t{1} << 30;
constexpr std::size_t kLineSlots = core::kAlignment / sizeof(WalkSlot);

class Layer {
 public:
  Layer(const Forest& forest, const RankedForest& ranked, WalkLayout& layout)
      : forest_(forest), ranked_(ranked), layout_(layout) {}

  void run() {
    for (std::size_t t = 0; t < forest_.trees.size(); ++t) add_tree(t);
  }

 private:
  /// The children of `node`, to be put into two slots; `parent` is the split's own slot.
  struct Pair {
    std::uint32_t node;
    std::uint32_t parent;
  };

  void add_tree(std::size_t t) {
    tree_ = t;
    const Tree& tree = forest_.trees[t];
    const std::uint32_t root = take(1);
    const bool leaf = put(root, 0);
    layout_.trees.push_back({4 * root + (leaf ? 1U : 0U), tree.output, tree.width});
    if (leaf) return;
    // A line is filled with pairs from the top of a subtree; what does not fit begins lines of its own.
    std::vector<Pair> open{{0, root}};
    while (!open.empty()) {
      std::deque<Pair> near{open.back()};
      open.pop_back();
      std::size_t room = kLineSlots - layout_.slots.size() % kLineSlots;
      if (room < kLineSlots / 2) room = kLineSlots + room;
      while (!near.empty() && room >= 2) {
        const Pair pair = near.front();
        near.pop_front();
        room -= 2;
        add_pair(pair, near);
      }
      open.insert(open.end(), near.rbegin(), near.rend());
    }
  }

  void add_pair(const Pair& pair, std::deque<Pair>& next) {
    const Node& node = forest_.trees[tree_].nodes[pair.node];
    const std::uint32_t at = take(2);
    const bool yes_leaf = put(at, node.yes);
    const bool no_leaf = put(at + 1, node.no);
    if (!yes_leaf) next.push_back({node.yes, at});
    if (!no_leaf) next.push_back({node.no, at + 1});
    layout_.slots[pair.parent].split.children = 4 * at + (yes_leaf ? 1U : 0U) + (no_leaf ? 2U : 0U);
  }

  std::uint32_t take(std::size_t count) {
    const std::size_t at = layout_.slots.size();
    layout_.slots.resize(at + count);
    return static_cast<std::uint32_t>(at);
  }

  /// Fills a slot; whether it is a leaf's.
  bool put(std::uint32_t at, std::uint32_t index) {
    const Node& node = forest_.trees[tree_].nodes[index];
    WalkSlot& slot = layout_.slots[at];
    if (!node.is_leaf()) {
      const CodeSplit& split = layout_.codes.splits[ranked_.first_split[tree_] + index];
      slot.split = {static_cast<std::uint16_t>(split.column), static_cast<std::uint16_t>(split.limit), 0};
      return false;
    }
    if (!layout_.simple) {
      slot.leaf = static_cast<std::uint32_t>(layout_.leaves.size());
      layout_.leaves.push_back({node.no, node.set});
    } else if (forest_.sum_precision == Precision::float32) {
      slot.narrow = static_cast<float>(forest_.values[node.no]);
    } else {
      slot.value = forest_.values[node.no];
    }
    return true;
  }

  const Forest& forest_;
  const RankedForest& ranked_;
  WalkLayout& layout_;
  std::size_t tree_ = 0;
};

}  // namespace

std::optional<WalkLayout> make_walk_layout(const Forest& forest, const RankedForest& ranked) {
  WalkLayout layout;
  if (ranked.splits.size() > kMostSlots) return std::nullopt;
  auto codes = make_code_columns(forest, ranked, kLargestCode, UINT16_MAX);
  if (!codes) return std::nullopt;
  layout.codes = *std::move(codes);
  layout.simple =
      forest.aggregate == Aggregate::sum && forest.linear.empty() &&
      std::all_of(forest.trees.begin(), forest.trees.end(), [](const Tree& tree) { return tree.width == 1; });
  layout.slots.reserve(ranked.splits.size());
  Layer(forest, ranked, layout).run();
  layout.codes.splits = {};
  return layout;
}

}  // namespace pelton::trees
