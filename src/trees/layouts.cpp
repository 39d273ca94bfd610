#include "trees/layouts.hpp"

#include <algorithm>

#include "trees/plain.hpp"

namespace pelton::trees {

namespace {

/// Distinct questions whose masks of 512 rows still fit a second-level cache of a megabyte, by a margin.
constexpr std::size_t kMostPlaneQuestions = 40'000;

constexpr std::size_t kMostScratch = std::size_t{1} << 24;

}  // namespace

Layouts::Layouts(const Forest& forest, core::Isa isa) : Layouts(forest, tree_kernels(isa)) {}
Layouts::Layouts(const Forest& forest, const TreeKernels& kernels) : Layouts(forest, rank(forest), kernels) {}

Layouts::Layouts(const Forest& forest, const RankedForest& ranked, const TreeKernels& kernels)
    : forest_(forest),
      kernels_(kernels),
      tables_(forest, ranked),
      planes_(make_plane_layout(forest, ranked, kernels.sliced_tables, kMostPlaneQuestions)),
      lanes_(kernels.lanes != nullptr ? make_lane_layout(forest, ranked, tables_) : std::nullopt),
      walk_(make_walk_layout(forest, ranked)),
      ranks_{tables_.axes().data(), tables_.axes().size(), tables_.floats(), tables_.doubles(), forest.zero_threshold},
      finish_{forest.base.data(), forest.base_first, forest.divisor, forest.scale} {
  const Precisions precisions{forest.input, forest.sum_precision};
  score_narrow_ = kernels.planes(precisions, false);
  score_wide_ = kernels.planes(precisions, true);
  score_lanes_ = kernels.lanes != nullptr ? kernels.lanes(precisions) : nullptr;
  score_walk_ = kernels.walk(precisions);
  add_ways();
}

void Layouts::add_ways() {
  const std::size_t outputs = forest_.outputs;
  // A way that wants more scratch memory than a thread should hold is none, unless there is no other.
  const auto add = [this](Way way, std::size_t bytes) {
    if (bytes > kMostScratch && !ways_.empty()) return;
    ways_.push_back(way);
    scratch_bytes_ = std::max(scratch_bytes_, bytes);
  };
  if (lanes_) add({Way::Kind::lanes, 1}, outputs * sizeof(double) + core::kAlignment);
  if (walk_) {
    const std::size_t rows = walk_block_rows(*walk_, outputs);
    add({Way::Kind::walk_row, 1}, walk_scratch_bytes(*walk_, outputs, 1));
    add({Way::Kind::walk_block, rows}, walk_scratch_bytes(*walk_, outputs, rows));
  }
  if (planes_) {
    add({Way::Kind::narrow_planes, kNarrowRows}, plane_scratch_bytes(*planes_, outputs, false));
    add({Way::Kind::wide_planes, kWideRows}, plane_scratch_bytes(*planes_, outputs, true));
  }
  if (ways_.empty()) add({Way::Kind::plain, 1}, 0);
}

std::string Layouts::describe(const Way& way) const {
  const std::string isa = std::string(", ") + kernels_.name;
  switch (way.kind) {
    case Way::Kind::lanes:
      switch (lanes_->kind) {
        case LaneLayout::Kind::trees: return "64 trees side by side (a byte lane a tree)" + isa;
        case LaneLayout::Kind::nodes32: return "a tree's splits side by side (32 lanes)" + isa;
        case LaneLayout::Kind::nodes64: return "a tree's splits side by side (64 lanes)" + isa;
      }
      break;
    case Way::Kind::walk_row: return "all trees walked side by side" + isa;
    case Way::Kind::walk_block: return "rows walked side by side, tree by tree" + isa;
    case Way::Kind::narrow_planes: return "bit planes of 64 rows" + isa;
    case Way::Kind::wide_planes: return "bit planes of 512 rows" + isa;
    case Way::Kind::plain: break;
  }
  return "split by split";
}

void Layouts::score(const Way& way, RowsView rows, MarginsView out, std::byte* scratch) const noexcept {
  switch (way.kind) {
    case Way::Kind::lanes: {
      const LaneView view{ranks_, finish_, &*lanes_, forest_.outputs};
      return score_lanes_(view, rows, out, scratch);
    }
    case Way::Kind::walk_row:
    case Way::Kind::walk_block: {
      const WalkView view{ranks_, finish_, &*walk_, &forest_, forest_.outputs};
      return score_walk_(view, rows, out, scratch);
    }
    case Way::Kind::narrow_planes:
    case Way::Kind::wide_planes: {
      const PlaneView view{ranks_, finish_, &*planes_, forest_.outputs};
      return (way.kind == Way::Kind::wide_planes ? score_wide_ : score_narrow_)(view, rows, out, scratch);
    }
    case Way::Kind::plain:
      for (std::size_t r = 0; r < rows.count; ++r) {
        plain_margins(forest_, rows.data + r * rows.stride, out.data + r * out.stride);
      }
      return;
  }
}

std::size_t Layouts::bytes() const noexcept {
  return tables_.bytes() + (planes_ ? planes_->bytes() : 0) + (lanes_ ? lanes_->bytes() : 0) +
         (walk_ ? walk_->bytes() : 0);
}

}  // namespace pelton::trees
