#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/result.hpp"
#include "formats/lightgbm/lines.hpp"
#include "formats/options.hpp"
#include "trees/forest.hpp"

namespace pelton::formats::lightgbm {

/// Reads trees, one after the other, into a forest whose features and outputs are set.
class TreeReader {
 public:
  TreeReader(trees::Forest& forest, const Limits& limits) : forest_(forest), limits_(limits) {}

  /// Reads the lines behind a `Tree=` line, up to an empty one or the next tree's, as the next tree,
  /// which adds to `output`. malformed or too_large, with the line and key.
  core::Result<void> read(Lines& lines, const Line& title, std::uint32_t output);

 private:
  enum Key : std::size_t {
    kNumLeaves,
    kNumCat,
    kSplitFeature,
    kThreshold,
    kDecisionType,
    kLeftChild,
    kRightChild,
    kLeafValue,
    kCatBoundaries,
    kCatThreshold,
    kIsLinear,
    kLeafConst,
    kNumFeatures,
    kLeafFeatures,
    kLeafCoeff,
    kKeys
  };
  static const std::array<std::string_view, kKeys> kNames;

  core::Result<void> collect(Lines& lines);
  /// The line of a key that has to be there.
  core::Result<const Line*> needed(Key key) const;
  template <class T>
  core::Result<void> numbers(Key key, std::size_t count, std::vector<T>& out) const;

  core::Result<void> read_splits();
  core::Result<void> add_split(std::size_t i, trees::Tree& tree);
  core::Result<std::uint32_t> child(Key key, std::int32_t number) const;
  core::Result<void> read_sets();
  core::Result<std::uint32_t> set_of(double number);
  core::Result<std::uint32_t> add_set(std::size_t from, std::size_t to);
  core::Result<void> read_linear();
  core::Result<void> add_leaves(trees::Tree& tree);

  trees::Forest& forest_;
  const Limits& limits_;
  std::size_t total_nodes_ = 0;    // of all trees so far
  std::size_t total_members_ = 0;  // of all sets so far

  // Of the tree being read:
  Line title_;
  std::array<Line, kKeys> fields_;
  std::size_t leaves_ = 0;
  bool linear_ = false;
  std::vector<std::int32_t> features_, decisions_, left_, right_;
  std::vector<double> thresholds_, values_;
  std::vector<std::uint32_t> boundaries_, bits_, sets_;  // sets_: what became of each set of the tree
  std::vector<double> constants_, coefficients_;
  std::vector<std::uint32_t> counts_, linear_features_;
};

}  // namespace pelton::formats::lightgbm
