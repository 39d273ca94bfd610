#include "trees/search_table.hpp"

#include <algorithm>
#include <cassert>
#include <limits>

namespace pelton::trees {

namespace {

constexpr std::size_t kArity = 16;

std::size_t groups_of(std::size_t values) { return (values + kArity - 1) / kArity; }

}  // namespace

RankTables::RankTables(const Forest& forest, const RankedForest& ranked)
    : precision_(forest.input), zero_threshold_(forest.zero_threshold) {
  for (const Axis& axis : ranked.axes) {
    RankAxis& added = axes_.emplace_back();
    added.feature = axis.feature;
    added.kind = axis.kind;
    added.gap = axis.gap;
    added.key = axis.key;
    if (precision_ == Precision::float32) {
      add(floats_, axis.values, added.table);
    } else {
      add(doubles_, axis.values, added.table);
    }
  }
}

template <class T>
void RankTables::add(core::AlignedBuffer<T>& pool, const std::vector<double>& values, SearchTable& table) {
  table.size = static_cast<std::uint32_t>(values.size());
  if (values.empty()) return;
  std::vector<std::vector<double>> levels{values};
  // Two levels at least, so that most axes have just two and are searched without a branch.
  while (levels.back().size() > kArity || levels.size() == 1) {
    const std::vector<double>& below = levels.back();
    std::vector<double> pivots;
    for (std::size_t last = kArity - 1; last < below.size(); last += kArity) pivots.push_back(below[last]);
    if (below.size() % kArity != 0) pivots.push_back(std::numeric_limits<double>::quiet_NaN());
    levels.push_back(std::move(pivots));
  }
  assert(levels.size() <= kMostLevels);
  table.levels = static_cast<std::uint32_t>(levels.size());
  for (std::size_t level = 0; level < levels.size(); ++level) {
    const std::vector<double>& from = levels[levels.size() - 1 - level];
    const std::size_t at = pool.size();
    table.offset[level] = static_cast<std::uint32_t>(at);
    table.groups[level] = static_cast<std::uint32_t>(groups_of(from.size()));
    pool.resize(at + groups_of(from.size()) * kArity);
    std::fill(pool.begin() + at, pool.end(), std::numeric_limits<T>::quiet_NaN());
    std::transform(from.begin(), from.end(), pool.begin() + at, [](double x) { return static_cast<T>(x); });
  }
}

}  // namespace pelton::trees
