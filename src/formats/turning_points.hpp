#pragma once

#include <vector>

#include "trees/forest.hpp"

namespace pelton::formats {

/// Some of the values that a forest's splits compare each feature with, ascending: at most 32 a
/// feature, picked evenly from all of its splits, the same ones each time. Splits that trees::check
/// would refuse are passed over.
std::vector<std::vector<double>> turning_points(const trees::Forest& forest);

}  // namespace pelton::formats
