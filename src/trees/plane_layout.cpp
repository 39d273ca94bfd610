#include "trees/plane_layout.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace pelton::trees {

namespace {

/// Values of an axis whose masks are worth their memory.
constexpr std::size_t kMostMembers = 40'000;

/// A reach split costs about this many mux selects.
constexpr std::size_t kReachSplitCost = 4;

/// Leaf values of all tables together, padding included.
constexpr std::size_t kMostTableValues = std::size_t{1} << 26;
constexpr std::size_t kSmallTable = std::size_t{1} << 20;

std::size_t most_table_values(const Forest& forest) {
  std::size_t total = 0;
  for (const Tree& tree : forest.trees) {
    // Mux trees are padded to kReachSplitCost times their leaves at most, tables to 64.
    total += tree.width * std::max<std::size_t>(64, kReachSplitCost * (tree.nodes.size() / 2 + 1));
  }
  return total;
}

class Layer {
 public:
  Layer(const Forest& forest, const RankedForest& ranked, PlaneLayout& layout)
      : forest_(forest), ranked_(ranked), layout_(layout) {}

  void run() {
    add_axes();
    for (std::size_t t = 0; t < forest_.trees.size(); ++t) add_tree(t);
  }

 private:
  void add_axes() {
    layout_.axes.resize(ranked_.axes.size());
    layout_.questions = static_cast<std::uint32_t>(ranked_.questions.size());
    std::vector<bool> seen(ranked_.axes.size());
    for (std::uint32_t q = 0; q < ranked_.questions.size(); ++q) {
      const Question& question = ranked_.questions[q];
      if (question.members == kNone && !seen[question.axis]) layout_.axes[question.axis].first_question = q;
      seen[question.axis] = true;
    }
    std::vector<std::vector<std::uint32_t>> category_questions(ranked_.axes.size());
    for (std::uint32_t q = 0; q < ranked_.questions.size(); ++q) {
      if (ranked_.questions[q].members != kNone) category_questions[ranked_.questions[q].axis].push_back(q);
    }
    for (std::uint32_t a = 0; a < ranked_.axes.size(); ++a) {
      if (ranked_.axes[a].kind != Axis::Kind::category) continue;
      layout_.most_members = std::max(layout_.most_members, static_cast<std::uint32_t>(ranked_.axes[a].values.size()));
      layout_.axes[a].first_category = static_cast<std::uint32_t>(layout_.categories.size());
      for (const std::uint32_t q : category_questions[a]) {
        add_category(q, ranked_.members[ranked_.questions[q].members]);
      }
      layout_.axes[a].last_category = static_cast<std::uint32_t>(layout_.categories.size());
    }
  }

  void add_category(std::uint32_t question, const std::vector<std::uint32_t>& members) {
    const auto first = static_cast<std::uint32_t>(layout_.members.size());
    layout_.members.insert(layout_.members.end(), members.begin(), members.end());
    layout_.categories.push_back({question, first, static_cast<std::uint32_t>(layout_.members.size())});
  }

  void add_tree(std::size_t t) {
    const Tree& tree = forest_.trees[t];
    const std::size_t leaves = count_leaves(tree);
    const std::size_t levels = depth(tree);
    PlaneTree& added = layout_.trees.emplace_back();
    added.output = tree.output;
    added.width = tree.width;
    leaf_nodes_.clear();
    added.is_mux = levels <= kMostMuxDepth && (std::size_t{1} << levels) <= kReachSplitCost * leaves;
    if (added.is_mux) {
      added.planes = static_cast<std::uint8_t>(levels);
      added.first = static_cast<std::uint32_t>(layout_.mux.size());
      layout_.mux.resize(layout_.mux.size() + (std::size_t{1} << levels) - 1);
      leaf_nodes_.resize(std::size_t{1} << levels);
      fill_mux(t, added);
    } else {
      added.planes = static_cast<std::uint8_t>(std::bit_width(leaves - 1));
      added.first = static_cast<std::uint32_t>(layout_.reach.size());
      fill_reach(t, added);
    }
    added.leaves = static_cast<std::uint16_t>(leaf_nodes_.size());
    add_table(added);
  }

  PlaneSplit split(std::size_t t, std::uint32_t node) const {
    const RankedSplit& ranked = ranked_.split(t, node);
    return {ranked.question, ranked.missing_yes ? ranked_.questions[ranked.question].axis + 1 : 0};
  }

  /// Leaf number = the answers from the root down, no = 1, the root's in the highest plane.
  void fill_mux(std::size_t t, const PlaneTree& added) {
    const Tree& tree = forest_.trees[t];
    struct Open {
      std::uint32_t node;
      std::size_t heap;  // from 1
      PlaneSplit parent;
    };
    std::vector<Open> open{{0, 1, {}}};
    const std::size_t last_level = std::size_t{1} << added.planes;
    while (!open.empty()) {
      const Open at = open.back();
      open.pop_back();
      const Node& node = tree.nodes[at.node];
      if (at.heap >= last_level) {
        leaf_nodes_[at.heap - last_level] = at.node;
        continue;
      }
      // Padding asks its parent's question again, whose mask is near; both answers lead to the leaf.
      const PlaneSplit asked = node.is_leaf() ? at.parent : split(t, at.node);
      layout_.mux[added.first + at.heap - 1] = asked;
      open.push_back({node.is_leaf() ? at.node : node.yes, 2 * at.heap, asked});
      open.push_back({node.is_leaf() ? at.node : node.no, 2 * at.heap + 1, asked});
    }
  }

  /// Splits below each node of a tree, itself included.
  static std::vector<std::uint32_t> count_splits(const Tree& tree) {
    std::vector<std::uint32_t> order{0};
    for (std::size_t i = 0; i < order.size(); ++i) {
      const Node& node = tree.nodes[order[i]];
      if (node.is_leaf()) continue;
      order.push_back(node.yes);
      order.push_back(node.no);
    }
    std::vector<std::uint32_t> count(tree.nodes.size());
    for (std::size_t i = order.size(); i-- > 0;) {
      const Node& node = tree.nodes[order[i]];
      if (!node.is_leaf()) count[order[i]] = 1 + count[node.yes] + count[node.no];
    }
    return count;
  }

  void fill_reach(std::size_t t, PlaneTree& added) {
    const Tree& tree = forest_.trees[t];
    const std::vector<std::uint32_t> splits = count_splits(tree);
    const auto leaves = static_cast<std::uint32_t>(count_leaves(tree));
    auto next_mask = static_cast<std::uint32_t>((leaves + kLeafGroup - 1) / kLeafGroup * kLeafGroup);
    added.first_chain = static_cast<std::uint32_t>(layout_.chains.size());
    std::vector<std::pair<std::uint32_t, std::uint32_t>> open{{0, next_mask++}};  // node, its mask
    const auto mask_of = [&](std::uint32_t node) {
      if (tree.nodes[node].is_leaf()) {
        leaf_nodes_.push_back(node);
        return static_cast<std::uint32_t>(leaf_nodes_.size() - 1);
      }
      open.emplace_back(node, next_mask);
      return next_mask++;
    };
    for (std::size_t i = 0; i < open.size(); ++i) {
      auto [node, from] = open[i];
      Chain chain{static_cast<std::uint16_t>(from), 0, 0};
      for (; !tree.nodes[node].is_leaf(); ++chain.splits) {
        const Node& at = tree.nodes[node];
        const bool yes_on = splits[at.yes] >= splits[at.no];
        layout_.reach.push_back({split(t, node), mask_of(yes_on ? at.no : at.yes), yes_on ? 0 : -1});
        node = yes_on ? at.yes : at.no;
      }
      chain.end = static_cast<std::uint16_t>(mask_of(node));
      layout_.chains.push_back(chain);
    }
    added.chains = static_cast<std::uint16_t>(open.size());
  }

  void add_table(PlaneTree& added) {
    const std::size_t size = forest_.sum_precision == Precision::float32 ? sizeof(float) : sizeof(double);
    const std::size_t leaves = PlaneLayout::table_leaves(added);
    const bool sliced = layout_.sliced && leaves <= kMostSlicedLeaves;
    added.table = static_cast<std::uint32_t>(layout_.tables.size() / size);
    for (std::uint32_t k = 0; k < added.width; ++k) {
      const std::size_t at = layout_.tables.size();
      layout_.tables.resize(at + leaves * size);
      std::byte* table = layout_.tables.data() + at;
      for (std::size_t l = 0; l < leaf_nodes_.size(); ++l) {
        const Tree& tree = forest_.trees[layout_.trees.size() - 1];
        const double value = forest_.values[tree.nodes[leaf_nodes_[l]].no + k];
        std::byte bytes[sizeof(double)];
        if (size == sizeof(float)) {
          const auto narrow = static_cast<float>(value);
          std::memcpy(bytes, &narrow, sizeof narrow);
        } else {
          std::memcpy(bytes, &value, sizeof value);
        }
        for (std::size_t b = 0; b < size; ++b) table[sliced ? b * leaves + l : l * size + b] = bytes[b];
      }
    }
  }

  const Forest& forest_;
  const RankedForest& ranked_;
  PlaneLayout& layout_;
  std::vector<std::uint32_t> leaf_nodes_;  ///< of the tree at hand, by leaf number
};

}  // namespace

std::size_t PlaneLayout::bytes() const noexcept {
  return mux.size() * sizeof(PlaneSplit) + reach.size() * sizeof(ChainSplit) + chains.size() * sizeof(Chain) +
         trees.size() * sizeof(PlaneTree) + tables.size() + members.size() * sizeof(std::uint32_t) +
         categories.size() * sizeof(CategoryQuestion);
}

std::optional<PlaneLayout> make_plane_layout(const Forest& forest, const RankedForest& ranked, bool sliced,
                                             std::size_t most_questions) {
  const bool fits =
      forest.aggregate == Aggregate::sum && forest.linear.empty() && ranked.questions.size() <= most_questions &&
      most_table_values(forest) <= std::min(kMostTableValues, std::max(kSmallTable, 16 * forest.values.size())) &&
      std::all_of(ranked.axes.begin(), ranked.axes.end(),
                  [](const Axis& axis) { return axis.values.size() <= kMostMembers; }) &&
      std::all_of(forest.trees.begin(), forest.trees.end(), [](const Tree& tree) {
        return tree.nodes.size() <= 2 * kMostPlaneLeaves && count_leaves(tree) <= kMostPlaneLeaves;
      });
  if (!fits) return std::nullopt;
  PlaneLayout layout;
  layout.sliced = sliced;
  Layer(forest, ranked, layout).run();
  return layout;
}

}  // namespace pelton::trees
