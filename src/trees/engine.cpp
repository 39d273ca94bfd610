#include "trees/engine.hpp"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "trees/layouts.hpp"
#include "trees/plain.hpp"
#include "trees/way_costs.hpp"

namespace pelton::trees {

struct Engine::Compiled {
  Compiled(const Forest& forest, core::Isa isa) : layouts(forest, isa), costs(forest, layouts) {}

  Layouts layouts;
  WayCosts costs;
};

core::Result<std::shared_ptr<const Engine>> Engine::compile(Forest forest, core::Isa isa) {
  if (auto checked = check(forest); !checked) return checked.error();
  return std::shared_ptr<const Engine>(new Engine(std::move(forest), isa));
}

Engine::Engine(Forest forest, core::Isa isa)
    : forest_(std::move(forest)),
      compiled_(std::make_unique<const Compiled>(forest_, isa)),
      block_rows_(compiled_->costs.largest_block()) {}
Engine::~Engine() = default;

std::size_t Engine::scratch_doubles() const noexcept {
  return (compiled_->layouts.scratch_bytes() + sizeof(double) - 1) / sizeof(double);
}

void Engine::margins(math::ConstMatrix rows, math::Matrix out, double* scratch) const noexcept {
  for (std::size_t first = 0; first < rows.rows;) {
    const std::size_t left = rows.rows - first;
    const Layouts::Way& way = compiled_->costs.cheapest(left).way;
    const std::size_t some = std::min(left, way.rows);
    compiled_->layouts.score(way, {rows.row(first), rows.stride, some}, {out.row(first), out.stride},
                             reinterpret_cast<std::byte*>(scratch));
    first += some;
  }
}

void Engine::leaves(math::ConstMatrix rows, math::Matrix out) const noexcept {
  for (std::size_t r = 0; r < rows.rows; ++r) {
    for (std::size_t t = 0; t < forest_.trees.size(); ++t) {
      out(r, t) = static_cast<double>(find_leaf(forest_, forest_.trees[t], rows.row(r)).yes);
    }
  }
}

std::string Engine::describe() const {
  std::size_t leaves = 0;
  std::size_t deepest = 0;
  for (const Tree& tree : forest_.trees) {
    leaves += count_leaves(tree);
    deepest = std::max(deepest, depth(tree));
  }
  std::string text = std::to_string(trees()) + " trees, " + std::to_string(leaves) + " leaves, at most " +
                     std::to_string(deepest) + " deep, summed in " +
                     (forest_.sum_precision == Precision::float32 ? "float32" : "float64");
  for (const WayCosts::Change& change : compiled_->costs.changes()) {
    char cost[64];
    std::snprintf(cost, sizeof cost, " (%.0f ns a row)", change.cost.per_row(change.cost.way.rows));
    text += "; from " + std::to_string(change.rows) + (change.rows == 1 ? " row: " : " rows: ") +
            compiled_->layouts.describe(change.cost.way) + cost;
  }
  return text;
}

std::size_t Engine::parameters() const noexcept {
  std::size_t splits = 0;
  for (const Tree& tree : forest_.trees) splits += tree.nodes.size() / 2;
  return splits + forest_.values.size();
}

std::size_t Engine::bytes() const noexcept { return compiled_->layouts.bytes(); }

double Engine::flops_per_row() const noexcept {
  double total = 0;
  for (const Tree& tree : forest_.trees) total += static_cast<double>(depth(tree) + tree.width);
  return total;
}

}  // namespace pelton::trees
