#include "trees/engine.hpp"

#include <utility>

#include <algorithm>

#include "core/cpu_features.hpp"
#include "trees/plain.hpp"
#include "trees/plane_layout.hpp"
#include "trees/search_table.hpp"
#include "trees/tree_kernels.hpp"

namespace pelton::trees {

core::Result<std::shared_ptr<const Engine>> Engine::compile(Forest forest) {
  if (auto checked = check(forest); !checked) return checked.error();
  return std::shared_ptr<const Engine>(std::make_shared<Engine>(std::move(forest)));
}

struct Engine::Layouts {
  RankedForest ranked; RankTables tables; std::optional<PlaneLayout> planes; PlaneView view;
  TreeKernels::ScorePlanes narrow, wide; std::optional<LaneLayout> lanes; LaneView lview; TreeKernels::ScoreLanes slanes=nullptr;
};
Engine::Engine(Forest forest) : forest_(std::move(forest)) {
  const TreeKernels& k = tree_kernels(core::active_isa());
  auto ranked = rank(forest_);
  auto planes = make_plane_layout(forest_, ranked, k.sliced_tables, 1<<16);
  RankTables tables(forest_, ranked);
  l_ = std::make_unique<Layouts>(Layouts{std::move(ranked), std::move(tables), std::move(planes), {}, nullptr, nullptr, {}, {}, nullptr});
  if (k.lanes) { l_->lanes = make_lane_layout(forest_, l_->ranked); if (l_->lanes) { l_->slanes = k.lanes({forest_.input, forest_.sum_precision}); } }
  l_->view.ranks = {l_->tables.axes().data(), l_->tables.axes().size(), l_->tables.floats(), l_->tables.doubles(), forest_.zero_threshold};
  l_->view.finish = {forest_.base.data(), forest_.base_first, forest_.divisor, forest_.scale};
  l_->view.layout = l_->planes ? &*l_->planes : nullptr;
  l_->view.outputs = forest_.outputs;
  if (l_->lanes) l_->lview = {l_->view.ranks, l_->view.finish, &*l_->lanes, forest_.outputs};
  l_->narrow = k.planes({forest_.input, forest_.sum_precision}, false);
  l_->wide = k.planes({forest_.input, forest_.sum_precision}, true);
}
Engine::~Engine() = default;

std::size_t Engine::scratch_doubles(std::size_t) const noexcept { return l_->planes ? plane_scratch_bytes(*l_->planes, forest_.outputs, true)/8 : 0; }

void Engine::margins(math::ConstMatrix rows, math::Matrix out, double* scratch) const noexcept {
  if (rows.rows < 16 && l_->lanes) return l_->slanes(l_->lview, {rows.data, rows.stride, rows.rows}, {out.data, out.stride}, reinterpret_cast<std::byte*>(scratch));
  if (!l_->planes || rows.rows < 16) {
  for (std::size_t r = 0; r < rows.rows; ++r) plain_margins(forest_, rows.row(r), out.row(r));
  return; }
  bool wide = rows.rows > 128; size_t step = wide ? kWideRows : 64;
  for (std::size_t r = 0; r < rows.rows; r += step) {
    (wide ? l_->wide : l_->narrow)(l_->view, {rows.row(r), rows.stride, std::min(step, rows.rows - r)}, {out.row(r), out.stride}, reinterpret_cast<std::byte*>(scratch));
  }
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
