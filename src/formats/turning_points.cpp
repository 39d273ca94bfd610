#include "formats/turning_points.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

namespace pelton::formats {

namespace {

constexpr std::size_t kMost = 32;

/// What the split compares its feature with: the threshold, or a member of its set. NaN if neither.
double compared_with(const trees::Forest& forest, const trees::Node& node, std::uint64_t pick) {
  if (node.test != trees::Test::in_set) return node.threshold;
  if (node.set >= forest.sets.size()) return std::numeric_limits<double>::quiet_NaN();
  const std::vector<double>& members = forest.sets[node.set].members;
  return members.empty() ? 0.0 : members[pick % members.size()];
}

}  // namespace

std::vector<std::vector<double>> turning_points(const trees::Forest& forest) {
  std::vector<std::vector<double>> points(forest.features);
  std::vector<std::uint64_t> seen(forest.features);
  std::uint64_t state = 1;
  for (const trees::Tree& tree : forest.trees) {
    for (const trees::Node& node : tree.nodes) {
      if (node.is_leaf()) continue;
      state = state * 6364136223846793005U + 1442695040888963407U;  // Knuth's MMIX generator
      const double value = compared_with(forest, node, state >> 33);
      if (!std::isfinite(value) || node.feature >= forest.features) continue;
      std::vector<double>& kept = points[node.feature];
      const std::uint64_t number = seen[node.feature]++;
      if (kept.size() < kMost) {
        kept.push_back(value);
      } else if (const std::uint64_t at = (state >> 33) % (number + 1); at < kMost) {  // Vitter's algorithm R
        kept[at] = value;
      }
    }
  }
  for (std::vector<double>& kept : points) {
    std::sort(kept.begin(), kept.end());
    kept.erase(std::unique(kept.begin(), kept.end()), kept.end());
  }
  return points;
}

}  // namespace pelton::formats
