#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "math/matrix_view.hpp"

namespace pelton::graph {

/// What a step, or a whole program, takes.
struct Cost {
  std::size_t parameters = 0;  ///< learned numbers
  std::size_t bytes = 0;       ///< memory they take, packed
  double flops_per_row = 0;    ///< one fma counts two; NaN: not counted

  Cost& operator+=(const Cost& other) noexcept {
    parameters += other.parameters;
    bytes += other.bytes;
    flops_per_row += other.flops_per_row;
    return *this;
  }
};

/// One operation over a block of rows: blocks of doubles in, one block out.
///
/// Immutable once made, so any number of threads may run it. A row of the result depends on that
/// row of the inputs alone. This is the seam for other rooms: a step of their own (a forest, a
/// general tensor operator) joins a program through ProgramBuilder::add(name, step, inputs).
class Step {
 public:
  virtual ~Step() = default;

  /// Columns of the result.
  virtual std::size_t width() const noexcept = 0;
  /// Doubles of scratch memory that a block of `rows` rows needs.
  virtual std::size_t scratch_doubles(std::size_t /*rows*/) const noexcept { return 0; }
  /// Rows that are best run together: with fewer, each costs more.
  virtual std::size_t rows_together() const noexcept { return 1; }
  /// Whether it may give kRefusedRow (refused_row.hpp) for a row.
  virtual bool refuses_rows() const noexcept { return false; }
  /// Whether `out` may be the very window that inputs[0] is.
  virtual bool runs_in_place() const noexcept { return false; }
  /// Fills `out` [rows, width()] from `inputs`, each with as many rows, in the order they were
  /// given to the builder. Windows may be strided. `scratch` is 64-byte aligned.
  virtual void run(std::span<const math::ConstMatrix> inputs, math::Matrix out, double* scratch) const noexcept = 0;
  /// One line for people: what is computed, shapes, the kernel ("affine 32x64 + relu, avx512").
  virtual std::string describe() const = 0;
  virtual Cost cost() const noexcept = 0;
};

}  // namespace pelton::graph
