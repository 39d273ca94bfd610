#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "core/result.hpp"
#include "math/matrix_view.hpp"
#include "trees/forest.hpp"

namespace pelton::trees {

/// A forest compiled for scoring. Immutable: any number of threads may use one. A row's margins have
/// the same bits as plain_margins gives, whatever the other rows, their number and the instruction set.
class Engine {
 public:
  /// Checks and compiles a forest. Errors of `check`; too_large if a layout would not fit in memory.
  static core::Result<std::shared_ptr<const Engine>> compile(Forest forest);

  explicit Engine(Forest forest);
  ~Engine();

  std::size_t features() const noexcept { return forest_.features; }
  std::size_t outputs() const noexcept { return forest_.outputs; }
  std::size_t trees() const noexcept { return forest_.trees.size(); }

  /// Doubles of 64-byte-aligned scratch memory that `margins` needs for a call with `rows` rows.
  std::size_t scratch_doubles(std::size_t rows) const noexcept;

  /// Raw margins: `out` [n, outputs()] from `rows` [n, features()]. Allocates nothing.
  void margins(math::ConstMatrix rows, math::Matrix out, double* scratch) const noexcept;
  /// The number of the leaf that each tree puts a row in, as the library counts: `out` [n, trees()].
  void leaves(math::ConstMatrix rows, math::Matrix out) const noexcept;

  /// One line for people: size, layout and kernel for one row and for many, and why.
  std::string describe() const;
  std::size_t parameters() const noexcept;
  std::size_t bytes() const noexcept;
  /// Comparisons and additions along one path of every tree.
  double flops_per_row() const noexcept;

 private:
  struct Layouts;
  Forest forest_;
  std::unique_ptr<Layouts> l_;
};

}  // namespace pelton::trees
