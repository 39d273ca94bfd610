#include "trees/engine.hpp"

#include <utility>

#include "trees/plain.hpp"

namespace pelton::trees {

core::Result<std::shared_ptr<const Engine>> Engine::compile(Forest forest) {
  if (auto checked = check(forest); !checked) return checked.error();
  return std::shared_ptr<const Engine>(std::make_shared<Engine>(std::move(forest)));
}

Engine::Engine(Forest forest) : forest_(std::move(forest)) {}
Engine::~Engine() = default;

std::size_t Engine::scratch_doubles(std::size_t) const noexcept { return 0; }

void Engine::margins(math::ConstMatrix rows, math::Matrix out, double*) const noexcept {
  for (std::size_t r = 0; r < rows.rows; ++r) plain_margins(forest_, rows.row(r), out.row(r));
}

void Engine::leaves(math::ConstMatrix rows, math::Matrix out) const noexcept {
  for (std::size_t r = 0; r < rows.rows; ++r) {
    for (std::size_t t = 0; t < forest_.trees.size(); ++t) {
      out(r, t) = static_cast<double>(find_leaf(forest_, forest_.trees[t], rows.row(r)).yes);
    }
  }
}

std::string Engine::describe() const { return "plain evaluation of " + std::to_string(trees()) + " trees"; }
std::size_t Engine::parameters() const noexcept { return forest_.values.size(); }
std::size_t Engine::bytes() const noexcept { return forest_.values.size() * sizeof(double); }

double Engine::flops_per_row() const noexcept {
  double total = 0;
  for (const Tree& tree : forest_.trees) total += static_cast<double>(depth(tree) + tree.width);
  return total;
}

}  // namespace pelton::trees
