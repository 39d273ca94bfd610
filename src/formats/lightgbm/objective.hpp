#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "formats/lightgbm/lines.hpp"
#include "graph/link_step.hpp"

namespace pelton::formats::lightgbm {

/// What an objective makes of raw margins.
struct Objective {
  std::string name;                    ///< "binary"; "custom" where the file names none
  std::vector<graph::LinkSpec> links;  ///< from margins to what Booster.predict gives; none: the margins
  std::size_t classes = 0;             ///< of a classifier; 0: it is none
  std::size_t margins = 0;             ///< how many margins a row it needs; 0: any number
};

/// Reads an `objective=` line ("multiclassova num_class:3 sigmoid:1"). malformed, or unsupported for a
/// name that LightGBM does not know.
core::Result<Objective> read_objective(const Line& line);

}  // namespace pelton::formats::lightgbm
