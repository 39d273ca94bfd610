#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "trees/forest.hpp"

/// A forest whose thresholds have become ranks. What all splits on a feature ask can be answered from
/// one small number: how many of their thresholds the value has reached, or which of their categories
/// it stands for. That number is found once a row, and every split then compares integers, exactly.
namespace pelton::trees {

/// One feature as splits look at it.
struct Axis {
  enum class Kind : std::uint8_t {
    ordered,   ///< a value's rank is the number of `values` that are <= it
    category,  ///< a value's rank is the index of the member of `values` it stands for, or their number
  };
  /// Which values are missing: they have no rank.
  enum class Gap : std::uint8_t { none, nan, nan_or_zero };

  std::uint32_t feature = 0;
  Kind kind = Kind::ordered;
  Gap gap = Gap::nan;  ///< none: NaN is read as 0
  CategorySet::Key key = CategorySet::Key::exact;
  std::vector<double> values;  ///< ascending, no two equal; exact in the forest's input precision

  /// The rank of a value from read_value, or kNone if it is missing. For all but ranks of kernels.
  std::uint32_t rank(double x) const noexcept;
};

/// What a split asks, given a rank that is not missing.
struct Question {
  std::uint32_t axis = 0;
  std::uint32_t limit = 0;        ///< ordered: yes if rank < limit (from 0 to values.size() + 1)
  std::uint32_t members = kNone;  ///< category: index into RankedForest::members; yes if the rank is among them
};

/// A split of the forest, ranked.
struct RankedSplit {
  std::uint32_t question = 0;
  bool missing_yes = false;  ///< where a missing value goes
};

struct RankedForest {
  std::vector<Axis> axes;
  std::vector<Question> questions;                  ///< no two alike
  std::vector<std::vector<std::uint32_t>> members;  ///< ranks, ascending
  std::vector<std::size_t> first_split;             ///< of each tree, into `splits`
  std::vector<RankedSplit> splits;                  ///< one a node of the forest; meaningless for leaves

  const RankedSplit& split(std::size_t tree, std::size_t node) const noexcept {
    return splits[first_split[tree] + node];
  }
};

/// Ranks a forest that has passed `check`. O(nodes · log thresholds).
RankedForest rank(const Forest& forest);

}  // namespace pelton::trees
