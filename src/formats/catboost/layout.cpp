#include "formats/catboost/layout.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

namespace pelton::formats::catboost {

namespace {

using core::Error;
using core::ErrorCode;

/// The largest double that is not above `border` once it is rounded to float.
double before_rounding(double border) {
  if (std::isinf(border)) return border;
  const auto from = static_cast<float>(border);
  const float next = std::nextafter(from, std::numeric_limits<float>::infinity());
  // Past the largest float there is none, yet doubles round to it up to where the next one would be.
  const double above =
      std::isinf(next) ? std::ldexp(1.0, std::numeric_limits<float>::max_exponent) : static_cast<double>(next);
  const double middle = (border + above) / 2;  // exact; ties go to the even one
  return static_cast<float>(middle) <= from ? middle : std::nextafter(middle, -std::numeric_limits<double>::infinity());
}

}  // namespace

core::Result<void> lay_out_columns(trees::Forest& forest, const FeaturesInfo& info, bool one_hot) {
  forest.features = info.columns;
  forest.input = one_hot ? trees::Precision::float64 : trees::Precision::float32;
  for (std::size_t t = 0; t < forest.trees.size(); ++t) {
    for (trees::Node& node : forest.trees[t].nodes) {
      if (node.is_leaf()) continue;
      const bool category = node.test == trees::Test::equal;
      const auto& columns = category ? info.categorical : info.floats;
      const auto column = columns.find(node.feature);
      if (column == columns.end()) {
        return Error(ErrorCode::malformed, "tree " + std::to_string(t) + " splits on " +
                                               (category ? "cat_feature_index " : "float_feature_index ") +
                                               std::to_string(node.feature) + ", which features_info does not have");
      }
      node.feature = column->second.flat;
      if (category) continue;
      if (column->second.nan_is_greatest && node.threshold < std::numeric_limits<double>::infinity()) {
        node.missing = trees::Missing::to_no;
      }
      if (one_hot) node.threshold = before_rounding(node.threshold);
    }
  }
  return {};
}

core::Result<void> lay_out_classes(trees::Forest& forest, const std::vector<std::uint32_t>& label,
                                   std::uint32_t classes) {
  const std::size_t width = label.size();
  std::vector<bool> taken(classes, false);
  for (const std::uint32_t l : label) {
    if (l >= classes || taken[l]) return Error(ErrorCode::malformed, "class_to_label does not fit the classes");
    taken[l] = true;
  }
  if (classes == label.size() && std::is_sorted(label.begin(), label.end())) return {};
  // Classes that were never seen cost memory that the file does not: a few are one thing, thousands another.
  constexpr std::size_t kSmall = std::size_t{1} << 20;
  constexpr std::size_t kMostGrowth = 64;
  const std::size_t leaves = forest.values.size() / width;
  if (leaves * classes > std::max(kSmall, kMostGrowth * forest.values.size()) || leaves * classes >= trees::kNone) {
    return Error(ErrorCode::too_large,
                 "has " + std::to_string(classes) + " classes, of which its trees know " + std::to_string(width));
  }
  const auto spread = [&](const std::vector<double>& from, double missing) {
    std::vector<double> to(from.size() / width * classes, missing);
    for (std::size_t i = 0; i < from.size(); ++i) to[i / width * classes + label[i % width]] = from[i];
    return to;
  };
  forest.values = spread(forest.values, -std::numeric_limits<double>::infinity());
  forest.base = spread(forest.base, 0);
  forest.outputs = classes;
  for (trees::Tree& tree : forest.trees) {
    tree.width = classes;
    for (trees::Node& node : tree.nodes) {
      if (node.is_leaf()) node.no = static_cast<std::uint32_t>(node.no / width * classes);
    }
  }
  return {};
}

}  // namespace pelton::formats::catboost
