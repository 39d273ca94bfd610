#pragma once

#include <cstddef>

#include "batching/ticket.hpp"
#include "core/aligned_buffer.hpp"
#include "core/clock.hpp"
#include "math/row_buffer.hpp"

namespace pelton::batching {

/// Rows, whose they are, and where the results go. While rows gather in it, it is a lane's open batch; a
/// big request's is scored in several slices.
struct Batch {
  explicit Batch(std::size_t cols) : rows(cols) {}

  std::size_t left() const noexcept { return count - scored; }
  /// Scores the next `slice` rows. Running out of memory fails the batch alone. Any thread.
  void score(Scorer& scorer, std::size_t width, std::size_t slice, std::size_t threads,
             const core::Clock& clock) noexcept;
  /// Ready for other rows; memory beyond what is worth keeping is given back.
  void clear() noexcept;

  math::RowBuffer rows;
  core::AlignedBuffer<double> results;  ///< [count, width]
  Ticket* head = nullptr;               ///< whose the rows are, linked by `next`
  std::size_t first = 0;                ///< of the rows to be scored, in `rows`
  std::size_t count = 0;
  std::size_t scored = 0;
  bool big = false;  ///< one request, more than fits one turn or with an answer that has begun
  bool failed = false;
  core::TimePoint started{};      ///< of the first slice
  core::Duration took{0};         ///< of all slices so far
  core::Duration slice_took{0};   ///< of the last
  core::TimePoint slice_began{};  ///< likewise
};

}  // namespace pelton::batching
