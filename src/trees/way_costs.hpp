#pragma once

#include <cstddef>
#include <vector>

#include "trees/layouts.hpp"

namespace pelton::trees {

/// What each way of scoring a forest costs on this machine, and which is cheapest for how many rows.
/// Ways differ in speed only: what is chosen never shows in a result.
class WayCosts {
 public:
  struct Cost {
    Layouts::Way way;
    double fixed_ns = 0;  ///< a call
    double row_ns = 0;    ///< each of its rows

    /// Of a call with `rows` rows (at most way.rows of them are scored), by the row.
    double per_row(std::size_t rows) const noexcept {
      return row_ns + fixed_ns / static_cast<double>(rows < way.rows ? rows : way.rows);
    }
  };

  /// Measures every way on rows spread over the forest's thresholds: the shortest of a few runs.
  WayCosts(const Forest& forest, const Layouts& layouts);
  /// Of costs that are known.
  explicit WayCosts(const std::vector<Cost>& costs);

  /// The cheapest way for the next rows of a call with `rows` rows left: a block of it is scored, then
  /// asked again. At least one row.
  const Cost& cheapest(std::size_t rows) const noexcept {
    std::size_t change = changes_.size() - 1;
    while (rows < changes_[change].rows) --change;
    return changes_[change].cost;
  }

  /// From how many rows on a way is cheapest.
  struct Change {
    std::size_t rows;
    Cost cost;
  };
  /// By rising rows, up to the largest block; the first is for one row.
  const std::vector<Change>& changes() const noexcept { return changes_; }
  /// The largest block that is ever worth its while.
  std::size_t largest_block() const noexcept;

 private:
  void find_changes(const std::vector<Cost>& costs);

  std::vector<Change> changes_;
};

}  // namespace pelton::trees
