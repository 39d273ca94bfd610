#pragma once

#include <memory>

#include "graph/step.hpp"
#include "trees/engine.hpp"

namespace pelton::graph {

/// A tree ensemble's raw margins: [n, features] → [n, outputs].
std::shared_ptr<const Step> make_forest_margins(std::shared_ptr<const trees::Engine> engine);
/// The leaf each tree puts a row in, as the source library numbers them: [n, features] → [n, trees].
std::shared_ptr<const Step> make_forest_leaves(std::shared_ptr<const trees::Engine> engine);

}  // namespace pelton::graph
