#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <utility>
#include <vector>

#include "trees/forest.hpp"

/// Made-up forests of every shape, and rows that land on, beside and far from their thresholds.
namespace pelton::trees {

struct ForestShape {
  std::uint32_t features = 5;
  std::uint32_t outputs = 1;
  std::size_t trees = 20;
  std::size_t most_leaves = 20;
  std::size_t most_depth = 12;
  std::size_t thresholds = 30;  ///< distinct, a feature
  std::uint32_t width = 1;      ///< values a leaf
  Precision input = Precision::float64;
  Precision sum = Precision::float64;
  bool categories = false;
  bool equal = false;
  bool zero_missing = false;
  bool as_zero = false;
  bool linear = false;
  Aggregate aggregate = Aggregate::sum;
};

class ForestMaker {
 public:
  explicit ForestMaker(std::uint64_t seed) : random_(seed) {}

  Forest make(const ForestShape& shape) {
    shape_ = shape;
    forest_ = {};
    forest_.features = shape.features;
    forest_.outputs = shape.outputs;
    forest_.input = shape.input;
    forest_.sum_precision = shape.sum;
    forest_.aggregate = shape.aggregate;
    forest_.zero_threshold = below(3) == 0 ? static_cast<double>(1e-35F) : 0;
    forest_.base_first = below(2) == 0;
    forest_.divisor = below(3) == 0 ? 7 : 1;
    forest_.scale = below(3) == 0 ? 0.375 : 1;
    for (std::uint32_t k = 0; k < shape.outputs; ++k) forest_.base.push_back(sum_value());
    make_thresholds();
    if (shape.categories) make_sets();
    for (std::size_t t = 0; t < shape.trees; ++t) make_tree();
    return forest_;
  }

  /// Rows of a forest from the last `make`: thresholds, their neighbours, and special values.
  std::vector<double> rows(std::size_t count) {
    std::vector<double> rows;
    for (std::size_t i = 0; i < count * shape_.features; ++i) rows.push_back(row_value(i % shape_.features));
    return rows;
  }

 private:
  std::size_t below(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_); }
  double real() { return std::normal_distribution<double>(0, 3)(random_); }
  double input_value(double x) const {
    return shape_.input == Precision::float32 ? static_cast<double>(static_cast<float>(x)) : x;
  }
  double sum_value() {
    const double x = real();
    return shape_.sum == Precision::float32 ? static_cast<double>(static_cast<float>(x)) : x;
  }

  void make_thresholds() {
    thresholds_.assign(shape_.features, {});
    for (std::vector<double>& some : thresholds_) {
      for (std::size_t i = 0; i < shape_.thresholds; ++i) some.push_back(below(4) == 0 ? real() : input_value(real()));
      const double special[] = {0.0, -0.0, 5e-324, -5e-324, 1e-35, kInfinity, -kInfinity, 3.4028234663852886e38};
      for (const double x : special) {
        if (below(6) == 0) some.push_back(x);
      }
    }
  }

  void make_sets() {
    for (std::size_t s = 0; s < 12; ++s) {
      CategorySet& set = forest_.sets.emplace_back();
      set.key = static_cast<CategorySet::Key>(below(3));
      for (int member = -2; member < 90; ++member) {
        if (below(4) == 0) set.members.push_back(set.key == CategorySet::Key::exact ? member * 0.5 : member);
      }
    }
  }

  Missing missing() {
    const std::size_t way = below(shape_.as_zero ? 3 : 2);
    return static_cast<Missing>(way);
  }

  Node split() {
    Node node;
    node.feature = static_cast<std::uint32_t>(below(shape_.features));
    node.missing = missing();
    node.zero_is_missing = shape_.zero_missing && node.missing != Missing::as_zero && below(2) == 0;
    if (shape_.categories && below(3) == 0) {
      node.test = Test::in_set;
      node.set = static_cast<std::uint32_t>(below(forest_.sets.size()));
      return node;
    }
    node.test = static_cast<Test>(below(shape_.equal ? 3 : 2));
    const std::vector<double>& some = thresholds_[node.feature];
    node.threshold = some[below(some.size())];
    return node;
  }

  Node leaf(std::uint32_t number, std::uint32_t width) {
    Node node;
    node.feature = kNone;
    node.yes = number;
    node.no = static_cast<std::uint32_t>(forest_.values.size());
    for (std::uint32_t k = 0; k < width; ++k) {
      const bool silent = shape_.aggregate != Aggregate::sum && below(4) == 0;
      forest_.values.push_back(silent ? kNan : sum_value());
    }
    if (shape_.linear && below(2) == 0) {
      node.set = static_cast<std::uint32_t>(forest_.linear.size());
      LinearLeaf& linear = forest_.linear.emplace_back();
      linear.constant = real();
      for (std::size_t i = below(4); i > 0; --i) {
        linear.features.push_back(static_cast<std::uint32_t>(below(shape_.features)));
        linear.coefficients.push_back(real());
      }
    }
    return node;
  }

  void make_tree() {
    Tree tree;
    tree.width = shape_.width;
    tree.output = static_cast<std::uint32_t>(below(shape_.outputs - shape_.width + 1));
    struct Open {
      std::uint32_t node;
      std::size_t depth;
    };
    std::vector<Open> open{{0, 0}};
    tree.nodes.emplace_back();
    std::size_t leaves = 1;
    const std::size_t wanted = 1 + below(shape_.most_leaves);
    std::vector<std::uint32_t> ends;
    while (!open.empty()) {
      const std::size_t pick = below(open.size());
      const Open at = open[pick];
      open.erase(open.begin() + static_cast<std::ptrdiff_t>(pick));
      if (leaves >= wanted || at.depth >= shape_.most_depth) {
        ends.push_back(at.node);
        continue;
      }
      Node node = split();
      node.yes = static_cast<std::uint32_t>(tree.nodes.size());
      node.no = node.yes + 1;
      if (below(2) == 0) std::swap(node.yes, node.no);
      tree.nodes[at.node] = node;
      tree.nodes.resize(tree.nodes.size() + 2);
      open.push_back({node.yes, at.depth + 1});
      open.push_back({node.no, at.depth + 1});
      ++leaves;
    }
    std::uint32_t number = 0;
    for (const std::uint32_t end : ends) tree.nodes[end] = leaf(number++, tree.width);
    forest_.trees.push_back(std::move(tree));
  }

  double row_value(std::size_t feature) {
    const std::vector<double>& some = thresholds_[feature];
    const double x = some[below(some.size())];
    switch (below(12)) {
      case 0: return kNan;
      case 1: return below(2) == 0 ? 0.0 : -0.0;
      case 2: return below(2) == 0 ? kInfinity : -kInfinity;
      case 3: return below(2) == 0 ? 1e-36 : -1e-310;
      case 4: return static_cast<double>(below(100)) - 5;
      case 5: return static_cast<double>(below(100)) * 0.5 - 5;
      case 6: return static_cast<double>(std::nextafter(static_cast<float>(x), kInfinityFloat));
      case 7: return static_cast<double>(std::nextafter(static_cast<float>(x), -kInfinityFloat));
      case 8: return std::nextafter(x, kInfinity);
      case 9: return std::nextafter(x, -kInfinity);
      case 10: return real();
      default: return x;
    }
  }

  static constexpr double kInfinity = std::numeric_limits<double>::infinity();
  static constexpr float kInfinityFloat = std::numeric_limits<float>::infinity();
  static constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

  std::mt19937_64 random_;
  ForestShape shape_;
  Forest forest_;
  std::vector<std::vector<double>> thresholds_;
};

}  // namespace pelton::trees
