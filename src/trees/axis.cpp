#include "trees/axis.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <map>
#include <optional>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

#include "trees/plain.hpp"

namespace pelton::trees {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// The smallest value of the precision that is >= x (or > x if `beyond`); nothing if there is none.
std::optional<double> next_value(Precision precision, double x, bool beyond) {
  if (precision == Precision::float64) {
    if (!beyond) return x;
    if (x == kInfinity) return std::nullopt;
    return std::nextafter(x, kInfinity);
  }
  const auto narrow = static_cast<float>(x);
  const bool enough = beyond ? static_cast<double>(narrow) > x : static_cast<double>(narrow) >= x;
  if (enough) return static_cast<double>(narrow);
  if (narrow == std::numeric_limits<float>::infinity()) return std::nullopt;
  return static_cast<double>(std::nextafter(narrow, std::numeric_limits<float>::infinity()));
}

/// The value that an ordered split's answer turns from yes to no at; nothing: it is always yes.
std::optional<double> border(const Forest& forest, const Node& node) {
  return next_value(forest.input, node.threshold, node.test == Test::less_equal);
}

bool is_ordered(const Node& node) { return node.test == Test::less || node.test == Test::less_equal; }

Axis::Gap gap_of(const Node& node) {
  if (node.zero_is_missing) return Axis::Gap::nan_or_zero;
  return node.missing == Missing::as_zero ? Axis::Gap::none : Axis::Gap::nan;
}

class Ranker {
 public:
  explicit Ranker(const Forest& forest) : forest_(forest), latest_axis_(forest.features, kNone) {}

  RankedForest run() {
    collect();
    for (Axis& axis : ranked_.axes) {
      std::sort(axis.values.begin(), axis.values.end());
      axis.values.erase(std::unique(axis.values.begin(), axis.values.end()), axis.values.end());
    }
    number_limits();
    for (std::size_t t = 0, at = 0; t < forest_.trees.size(); ++t) {
      for (const Node& node : forest_.trees[t].nodes) {
        const std::uint32_t axis = axis_of_node_[at];
        if (!node.is_leaf()) ranked_.splits[at] = {question(node, axis), node.missing == Missing::to_yes};
        ++at;
      }
    }
    return std::move(ranked_);
  }

 private:
  using AxisKey = std::tuple<std::uint32_t, Axis::Kind, Axis::Gap, CategorySet::Key>;

  void collect() {
    std::size_t nodes = 0;
    for (const Tree& tree : forest_.trees) {
      ranked_.first_split.push_back(nodes);
      nodes += tree.nodes.size();
    }
    ranked_.splits.resize(nodes);
    axis_of_node_.resize(nodes);
    std::size_t at = 0;
    for (const Tree& tree : forest_.trees) {
      for (const Node& node : tree.nodes) {
        if (!node.is_leaf()) {
          axis_of_node_[at] = axis(node);
          add_values(node, axis_of_node_[at]);
        }
        ++at;
      }
    }
  }

  std::uint32_t axis(const Node& node) {
    const CategorySet::Key key = node.test == Test::in_set ? forest_.sets[node.set].key : CategorySet::Key::exact;
    std::uint32_t& latest = latest_axis_[node.feature];
    if (latest != kNone && matches(ranked_.axes[latest], node, key)) return latest;
    const AxisKey wanted{node.feature, is_ordered(node) ? Axis::Kind::ordered : Axis::Kind::category, gap_of(node),
                         key};
    const auto [entry, fresh] = axes_.emplace(wanted, static_cast<std::uint32_t>(ranked_.axes.size()));
    if (fresh) ranked_.axes.push_back({node.feature, std::get<1>(wanted), gap_of(node), key, {}});
    return latest = entry->second;
  }

  static bool matches(const Axis& axis, const Node& node, CategorySet::Key key) {
    return (axis.kind == Axis::Kind::ordered) == is_ordered(node) && axis.gap == gap_of(node) && axis.key == key;
  }

  void add_values(const Node& node, std::uint32_t axis) {
    std::vector<double>& values = ranked_.axes[axis].values;
    if (node.test == Test::in_set) {
      if (!sets_added_.insert(pair_key(node.set, axis)).second) return;
      const std::vector<double>& members = forest_.sets[node.set].members;
      std::copy_if(members.begin(), members.end(), std::back_inserter(values),
                   [this](double member) { return can_be(member); });
    } else if (node.test == Test::equal) {
      if (can_be(node.threshold)) values.push_back(node.threshold);
    } else if (const auto value = border(forest_, node)) {
      values.push_back(*value);
    }
  }

  /// Ordered questions of an axis stand in a row, one a limit that may be asked.
  void number_limits() {
    for (std::uint32_t a = 0; a < ranked_.axes.size(); ++a) {
      const Axis& axis = ranked_.axes[a];
      first_question_.push_back(static_cast<std::uint32_t>(ranked_.questions.size()));
      if (axis.kind != Axis::Kind::ordered) continue;
      for (std::uint32_t limit = 1; limit <= axis.values.size() + 1; ++limit) {
        ranked_.questions.push_back({a, limit, kNone});
      }
    }
  }

  std::uint32_t question(const Node& node, std::uint32_t axis) {
    const std::vector<double>& values = ranked_.axes[axis].values;
    if (is_ordered(node)) {
      const auto value = border(forest_, node);
      if (!value) return first_question_[axis] + static_cast<std::uint32_t>(values.size());
      const auto at = std::lower_bound(values.begin(), values.end(), *value) - values.begin();
      return first_question_[axis] + static_cast<std::uint32_t>(at);
    }
    if (node.test == Test::equal) return category_question(axis, ranks_of(node, values));
    const auto [entry, fresh] = question_of_set_.emplace(pair_key(node.set, axis), 0);
    if (fresh) entry->second = category_question(axis, ranks_of(node, values));
    return entry->second;
  }

  /// The question about these ranks: the one that there is, or a new one.
  std::uint32_t category_question(std::uint32_t axis, std::vector<std::uint32_t> ranks) {
    const auto [entry, fresh] =
        sets_.emplace(std::pair(axis, std::move(ranks)), static_cast<std::uint32_t>(ranked_.questions.size()));
    if (fresh) {
      ranked_.questions.push_back({axis, 0, static_cast<std::uint32_t>(ranked_.members.size())});
      ranked_.members.push_back(entry->first.second);
    }
    return entry->second;
  }

  static std::uint64_t pair_key(std::uint32_t set, std::uint32_t axis) { return std::uint64_t{set} << 32 | axis; }

  std::vector<std::uint32_t> ranks_of(const Node& node, const std::vector<double>& values) const {
    const auto place = [&](double value) {
      return static_cast<std::uint32_t>(std::lower_bound(values.begin(), values.end(), value) - values.begin());
    };
    std::vector<std::uint32_t> ranks;
    if (node.test == Test::equal) {
      if (can_be(node.threshold)) ranks.push_back(place(node.threshold));
      return ranks;
    }
    for (const double member : forest_.sets[node.set].members) {
      if (can_be(member)) ranks.push_back(place(member));
    }
    return ranks;
  }

  /// Whether a value of the input precision can equal `x`.
  bool can_be(double x) const { return next_value(forest_.input, x, false) == x; }

  const Forest& forest_;
  RankedForest ranked_;
  std::map<AxisKey, std::uint32_t> axes_;
  std::vector<std::uint32_t> latest_axis_;  ///< of each feature: most have but one
  std::vector<std::uint32_t> axis_of_node_;
  std::vector<std::uint32_t> first_question_;
  std::unordered_map<std::uint64_t, std::uint32_t> question_of_set_;  ///< pair_key(set, axis)
  std::map<std::pair<std::uint32_t, std::vector<std::uint32_t>>, std::uint32_t> sets_;
  std::unordered_set<std::uint64_t> sets_added_;  ///< pair_key(set, axis)
};

}  // namespace

std::uint32_t Axis::rank(double x) const noexcept {
  if (x != x) {
    if (gap != Gap::none) return kNone;
    x = 0;
  }
  if (x == 0 && gap == Gap::nan_or_zero) return kNone;
  if (kind == Kind::ordered) {
    return static_cast<std::uint32_t>(std::upper_bound(values.begin(), values.end(), x) - values.begin());
  }
  if (key == CategorySet::Key::whole_nonnegative && x < 0) return static_cast<std::uint32_t>(values.size());
  const double wanted = key == CategorySet::Key::exact ? x : std::trunc(x);
  const auto found = std::lower_bound(values.begin(), values.end(), wanted);
  const bool known = found != values.end() && *found == wanted;
  return static_cast<std::uint32_t>(known ? found - values.begin() : static_cast<std::ptrdiff_t>(values.size()));
}

RankedForest rank(const Forest& forest) { return Ranker(forest).run(); }

}  // namespace pelton::trees
