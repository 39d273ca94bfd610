#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "formats/lightgbm/lines.hpp"
#include "formats/lightgbm/objective.hpp"
#include "formats/options.hpp"

namespace pelton::formats::lightgbm {

/// What stands before the first tree.
struct Header {
  std::string_view version;                ///< "v2", "v3", "v4"
  std::size_t trees_per_iteration = 1;     ///< margins a row
  std::vector<std::string> feature_names;  ///< one a feature
  std::vector<std::string_view> infos;     ///< one a feature, or none: "none", "[low:high]", "3:1:2" (categories)
  Objective objective;                     ///< "custom" where the file has none
  bool average_output = false;             ///< a random forest: predictions are means over the rounds
  std::optional<std::size_t> trees;        ///< how many `tree_sizes` announces, where it is there
};

/// Reads up to the first tree (or what stands in its place). malformed, unsupported or too_large, with
/// the line and key. `lines` stands behind the header afterwards.
core::Result<Header> read_header(Lines& lines, const Limits& limits);

}  // namespace pelton::formats::lightgbm
