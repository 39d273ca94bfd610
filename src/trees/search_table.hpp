#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/aligned_buffer.hpp"
#include "trees/axis.hpp"

namespace pelton::trees {

/// Most levels of a search: 16^7 thresholds on one feature.
inline constexpr std::size_t kMostLevels = 7;

/// Where one axis' sorted values lie: a 16-ary search tree. The last level holds all values; every
/// level above holds the last value of each 16 of the level below. Levels are padded with NaN, which
/// no value reaches, to multiples of 16.
struct SearchTable {
  std::uint32_t size = 0;                           ///< values
  std::uint32_t levels = 0;                         ///< 0: no values
  std::array<std::uint32_t, kMostLevels> offset{};  ///< of each level, from the top, into the pool
  std::array<std::uint32_t, kMostLevels> groups{};  ///< of 16 values at each level
};

/// An axis as kernels read it.
struct RankAxis {
  SearchTable table;
  std::uint32_t feature = 0;
  Axis::Kind kind = Axis::Kind::ordered;
  Axis::Gap gap = Axis::Gap::nan;
  CategorySet::Key key = CategorySet::Key::exact;
};

/// The search trees of all axes of a forest, in its input precision. Views point into the pools.
class RankTables {
 public:
  RankTables(const Forest& forest, const RankedForest& ranked);

  std::span<const RankAxis> axes() const noexcept { return axes_; }
  const float* floats() const noexcept { return floats_.data(); }
  const double* doubles() const noexcept { return doubles_.data(); }
  Precision precision() const noexcept { return precision_; }
  double zero_threshold() const noexcept { return zero_threshold_; }
  std::size_t bytes() const noexcept {
    return floats_.size() * sizeof(float) + doubles_.size() * sizeof(double) + axes_.size() * sizeof(RankAxis);
  }

 private:
  template <class T>
  void add(core::AlignedBuffer<T>& pool, const std::vector<double>& values, SearchTable& table);

  Precision precision_;
  double zero_threshold_;
  std::vector<RankAxis> axes_;
  core::AlignedBuffer<float> floats_;
  core::AlignedBuffer<double> doubles_;
};

}  // namespace pelton::trees
