#include "trees/plain.hpp"

#include <algorithm>
#include <cmath>

namespace pelton::trees {

namespace {

double rounded(Precision precision, double x) noexcept {
  return precision == Precision::float32 ? static_cast<double>(static_cast<float>(x)) : x;
}

}  // namespace

double read_value(const Forest& forest, double x) noexcept {
  const double value = rounded(forest.input, x);
  return std::fabs(value) <= forest.zero_threshold ? 0.0 : value;
}

bool is_member(const CategorySet& set, double x) noexcept {
  if (set.key == CategorySet::Key::whole_nonnegative && x < 0) return false;
  const double key = set.key == CategorySet::Key::exact ? x : std::trunc(x);
  return std::binary_search(set.members.begin(), set.members.end(), key);
}

bool goes_yes(const Forest& forest, const Node& node, double x) noexcept {
  const bool missing = std::isnan(x) || (node.zero_is_missing && x == 0);
  if (missing) {
    if (node.missing != Missing::as_zero) return node.missing == Missing::to_yes;
    x = 0;
  }
  switch (node.test) {
    case Test::less: return x < node.threshold;
    case Test::less_equal: return x <= node.threshold;
    case Test::equal: return x == node.threshold;
    case Test::in_set: return is_member(forest.sets[node.set], x);
  }
  return false;
}

const Node& find_leaf(const Forest& forest, const Tree& tree, const double* row) noexcept {
  const Node* node = tree.nodes.data();
  while (!node->is_leaf()) {
    const bool yes = goes_yes(forest, *node, read_value(forest, row[node->feature]));
    node = &tree.nodes[yes ? node->yes : node->no];
  }
  return *node;
}

double leaf_value(const Forest& forest, const Node& leaf, std::uint32_t k, const double* row) noexcept {
  const double own = forest.values[leaf.no + k];
  if (leaf.set == kNone) return own;
  const LinearLeaf& linear = forest.linear[leaf.set];
  double sum = linear.constant;
  for (std::size_t i = 0; i < linear.features.size(); ++i) {
    const double x = read_value(forest, row[linear.features[i]]);
    if (std::isnan(x)) return own;
    sum += linear.coefficients[i] * x;
  }
  return sum;
}

void plain_margins(const Forest& forest, const double* row, double* out) noexcept {
  for (std::uint32_t k = 0; k < forest.outputs; ++k) {
    out[k] = forest.aggregate != Aggregate::sum ? std::nan("") : forest.base_first ? forest.base[k] : 0.0;
  }
  for (const Tree& tree : forest.trees) {
    const Node& leaf = find_leaf(forest, tree, row);
    for (std::uint32_t k = 0; k < tree.width; ++k) {
      const double value = leaf_value(forest, leaf, k, row);
      double& to = out[tree.output + k];
      switch (forest.aggregate) {
        case Aggregate::sum: to = rounded(forest.sum_precision, to + value); break;
        // Of equal values (zeros of both signs) the first stays.
        case Aggregate::min: to = std::isnan(value) ? to : std::isnan(to) || value < to ? value : to; break;
        case Aggregate::max: to = std::isnan(value) ? to : std::isnan(to) || value > to ? value : to; break;
      }
    }
  }
  for (std::uint32_t k = 0; k < forest.outputs; ++k) {
    double& to = out[k];
    if (forest.aggregate != Aggregate::sum && std::isnan(to)) to = 0;
    to = rounded(forest.sum_precision, to / forest.divisor);
    to = rounded(forest.sum_precision, to * forest.scale);
    if (!forest.base_first || forest.aggregate != Aggregate::sum)
      to = rounded(forest.sum_precision, to + forest.base[k]);
  }
}

}  // namespace pelton::trees
