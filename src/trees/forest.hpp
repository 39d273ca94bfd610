#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/result.hpp"

/// The plain form of a tree ensemble: what every reader makes, and what every layout is compiled
/// from. It says exactly what the source library computes: in which precision values are compared
/// and summed, in which order, and where missing values go.
namespace pelton::trees {

/// What a split asks of a value x. Yes leads to the node's `yes` child.
enum class Test : std::uint8_t {
  less,        ///< x < threshold
  less_equal,  ///< x <= threshold
  equal,       ///< x == threshold
  in_set,      ///< x stands for a member of Forest::sets[set]
};

/// What becomes of a missing value (NaN).
enum class Missing : std::uint8_t {
  to_yes,
  to_no,
  as_zero,  ///< the test is asked of 0
};

inline constexpr std::uint32_t kNone = UINT32_MAX;

/// A split or a leaf.
struct Node {
  double threshold = 0;       ///< less, less_equal, equal
  std::uint32_t feature = 0;  ///< column of the row; kNone: this is a leaf
  std::uint32_t yes = 0;      ///< split: index of a node of the same tree; leaf: its number, as the library counts
  std::uint32_t no = 0;  ///< split: index of a node of the same tree; leaf: index of its first value in Forest::values
  std::uint32_t set = kNone;  ///< in_set: index into Forest::sets; leaf: index into Forest::linear, or kNone
  Test test = Test::less;
  Missing missing = Missing::to_no;
  bool zero_is_missing = false;  ///< 0 (after Forest::zero_threshold) goes where NaN goes; `missing` is not as_zero

  bool is_leaf() const noexcept { return feature == kNone; }
};

/// A set of categories.
struct CategorySet {
  /// How a value is turned into what is looked up; NaN is never a member.
  enum class Key : std::uint8_t {
    exact,             ///< the value itself
    whole,             ///< towards zero (LightGBM: −0.5 stands for 0)
    whole_nonnegative  ///< towards zero, and no negative value is a member (XGBoost)
  };
  Key key = Key::exact;
  std::vector<double> members;  ///< ascending, no two equal, no NaN
};

/// A linear model in a leaf: constant + Σ coefficient · x in this order, in double; the leaf's own
/// value instead if one of its features is NaN.
struct LinearLeaf {
  double constant = 0;
  std::vector<std::uint32_t> features;
  std::vector<double> coefficients;  ///< one a feature
};

struct Tree {
  std::vector<Node> nodes;   ///< the root first; every other node is the child of exactly one
  std::uint32_t output = 0;  ///< the output that its leaves' first value goes to
  std::uint32_t width = 1;   ///< values a leaf
};

enum class Precision : std::uint8_t { float32, float64 };

/// How the values that a row's leaves hold become an output.
enum class Aggregate : std::uint8_t {
  sum,
  min,  ///< of the values that are not NaN (a tree that says nothing of an output has NaN there); 0 if there are none
  max,
};

/// A whole ensemble. For each row and output: the aggregate of the trees' values in tree order, in
/// `sum_precision` (rounded after each step), starting at `base` if `base_first`, otherwise at 0;
/// then / divisor, then · scale, then + base unless it was there first.
struct Forest {
  std::uint32_t features = 0;  ///< columns of a row
  std::uint32_t outputs = 1;
  Precision input = Precision::float64;  ///< what a row's values are rounded to before they are looked at
  double zero_threshold = 0;             ///< values of at most this size are read as 0
  Precision sum_precision = Precision::float64;
  Aggregate aggregate = Aggregate::sum;
  double divisor = 1;
  double scale = 1;
  std::vector<double> base;  ///< one an output
  bool base_first = true;
  std::vector<Tree> trees;
  std::vector<double> values;  ///< of all leaves; exact in sum_precision
  std::vector<CategorySet> sets;
  std::vector<LinearLeaf> linear;  ///< with float64 inputs and sums only
};

/// Whether a forest keeps to its description: every index in range, every tree a tree (no cycle, no
/// node reached twice or never), no NaN threshold, values and thresholds exact in their precision
/// where it is float32 (thresholds may stay double). malformed, naming the tree and node; too_large for sets
/// of categories shared by so many features that they stand for more than memory should hold. O(nodes).
core::Result<void> check(const Forest& forest);

/// The longest path from the root to a leaf, in splits. The tree must have passed `check`.
std::size_t depth(const Tree& tree);
std::size_t count_leaves(const Tree& tree);

}  // namespace pelton::trees
