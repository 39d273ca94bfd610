#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "trees/lane_layout.hpp"
#include "trees/plane_layout.hpp"
#include "trees/search_table.hpp"
#include "trees/tree_kernels.hpp"
#include "trees/walk_layout.hpp"

namespace pelton::trees {

/// A forest in every layout that fits it, and the kernels of one instruction set over them. The forest
/// must outlive it and stay where it is. Immutable, thread-safe.
class Layouts {
 public:
  /// A way to score: rows one at a time, or blocks of up to so many rows.
  struct Way {
    enum class Kind { lanes, walk_row, narrow_planes, wide_planes, walk_block, plain } kind = Kind::plain;
    std::size_t rows = 1;  ///< of a full block
  };

  /// `forest` has passed `check`; the machine has `isa` (asserted).
  Layouts(const Forest& forest, core::Isa isa);
  /// With given kernels, which this machine must be able to run.
  Layouts(const Forest& forest, const TreeKernels& kernels);

  /// The ways there are; never empty. Those that want megabytes of scratch memory are left out.
  const std::vector<Way>& ways() const noexcept { return ways_; }
  /// "lanes of trees, avx512vbmi", ….
  std::string describe(const Way& way) const;

  /// Margins of at most `way.rows` rows. `scratch` is 64-byte aligned and has scratch_bytes().
  void score(const Way& way, RowsView rows, MarginsView out, std::byte* scratch) const noexcept;
  std::size_t scratch_bytes() const noexcept { return scratch_bytes_; }  ///< of the way that wants most

  /// Memory of all layouts.
  std::size_t bytes() const noexcept;
  const RankTables& tables() const noexcept { return tables_; }

 private:
  Layouts(const Forest& forest, const RankedForest& ranked, const TreeKernels& kernels);
  void add_ways();

  const Forest& forest_;
  const TreeKernels& kernels_;
  RankTables tables_;
  std::optional<PlaneLayout> planes_;
  std::optional<LaneLayout> lanes_;
  std::optional<WalkLayout> walk_;
  RankView ranks_;
  FinishView finish_;
  TreeKernels::ScorePlanes score_narrow_;
  TreeKernels::ScorePlanes score_wide_;
  TreeKernels::ScoreLanes score_lanes_;
  TreeKernels::ScoreWalk score_walk_;
  std::vector<Way> ways_;
  std::size_t scratch_bytes_ = 0;
};

}  // namespace pelton::trees
