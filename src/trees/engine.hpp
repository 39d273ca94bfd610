#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "core/cpu_features.hpp"
#include "core/result.hpp"
#include "math/matrix_view.hpp"
#include "trees/forest.hpp"

namespace pelton::trees {

/// A forest compiled for scoring. Immutable: any number of threads may use one. A row's margins have
/// the same bits as plain_margins gives, whatever the other rows, their number and the instruction set.
class Engine {
 public:
  /// Checks and compiles a forest for `isa`, which this machine must have, and measures which of the
  /// layouts is cheapest for how many rows (some milliseconds). Errors of `check`.
  static core::Result<std::shared_ptr<const Engine>> compile(Forest forest, core::Isa isa = core::active_isa());
  ~Engine();

  std::size_t features() const noexcept { return forest_.features; }
  std::size_t outputs() const noexcept { return forest_.outputs; }
  std::size_t trees() const noexcept { return forest_.trees.size(); }

  /// Doubles of 64-byte-aligned scratch memory that `margins` needs, whatever the number of rows.
  std::size_t scratch_doubles() const noexcept;
  /// Rows that are best scored in one call: fewer cost more each.
  std::size_t block_rows() const noexcept { return block_rows_; }

  /// Raw margins: `out` [n, outputs()] from `rows` [n, features()]. Allocates nothing.
  void margins(math::ConstMatrix rows, math::Matrix out, double* scratch) const noexcept;
  /// The number of the leaf that each tree puts a row in, as the library counts: `out` [n, trees()].
  void leaves(math::ConstMatrix rows, math::Matrix out) const noexcept;

  /// One line for people: size, and for how many rows which layout and kernel runs and what it costs.
  std::string describe() const;
  /// Thresholds and leaf values.
  std::size_t parameters() const noexcept;
  /// Memory of the layouts.
  std::size_t bytes() const noexcept;
  /// Comparisons and additions along the longest path of every tree.
  double flops_per_row() const noexcept;

 private:
  struct Compiled;
  Engine(Forest forest, core::Isa isa);

  Forest forest_;
  std::unique_ptr<const Compiled> compiled_;
  std::size_t block_rows_ = 1;
};

}  // namespace pelton::trees
