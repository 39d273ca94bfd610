#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "graph/step.hpp"
#include "math/matrix_view.hpp"

namespace pelton::graph {

/// Names a [rows, width] block of doubles that a ProgramBuilder knows. Only meaningful to the
/// builder that gave it.
struct Register {
  std::uint32_t id = UINT32_MAX;
  friend bool operator==(Register, Register) = default;
};

/// Most inputs one step may have (a concat is no step: it may have any number of parts).
inline constexpr std::size_t kMaxStepInputs = 16;

/// A compiled list of steps from one [rows, input_width] block to its outputs.
///
/// Made by ProgramBuilder::compile. Immutable: any number of threads may run it, each with scratch
/// memory of its own. A row's outputs have the same bits whatever the other rows, the number of
/// rows and the instruction set. Copying shares the steps.
///
///   double* scratch = workspace.doubles(program.scratch_doubles());
///   const math::Matrix outputs[] = {out};
///   program.run(rows, outputs, scratch);
class Program {
 public:
  std::size_t input_width() const noexcept { return input_width_; }
  std::size_t outputs() const noexcept { return output_widths_.size(); }
  std::size_t output_width(std::size_t output) const noexcept { return output_widths_[output]; }

  /// Doubles of 64-byte-aligned scratch memory `run` needs, whatever the number of rows.
  std::size_t scratch_doubles() const noexcept { return scratch_doubles_; }
  /// Rows that pass through all steps together, chosen so that they stay in the near caches. Batches cut at
  /// multiples of it (for several threads) lose nothing.
  std::size_t block_rows() const noexcept { return block_rows_; }
  /// Rows below which each costs more: a batch is not worth cutting into smaller parts.
  std::size_t rows_together() const noexcept { return rows_together_; }

  /// Whether a row's outputs may all be kRefusedRow: some steps cannot carry out every row.
  bool refuses_rows() const noexcept { return refuses_rows_; }

  /// Fills outputs[i], each [rows.rows, output_width(i)] and apart from `rows` and each other, from
  /// `rows` [n, input_width()]. Shapes are asserted. Allocates nothing.
  void run(math::ConstMatrix rows, std::span<const math::Matrix> outputs, double* scratch) const noexcept;

  /// The steps that run, in order, one line each, kernels and instruction set named.
  std::vector<std::string> plan() const;
  Cost cost() const noexcept;

 private:
  friend class Planner;
  Program() = default;

  /// Where a register lives while a block of rows passes.
  struct Place {
    enum class Kind : std::uint8_t { input, output, scratch } kind = Kind::scratch;
    std::uint32_t output = 0;  ///< which of the outputs
    std::size_t column = 0;    ///< first column, within the rows of the input or output, or of `base`
    std::size_t width = 0;
    std::size_t base = 0;    ///< in scratch: the doubles before it, per row of the block
    std::size_t stride = 0;  ///< in scratch: between its rows
  };
  struct Run {
    std::shared_ptr<const Step> step;
    std::string name;
    std::vector<Place> inputs;
    Place out;
  };

  std::size_t input_width_ = 0;
  std::vector<std::size_t> output_widths_;
  std::vector<Run> steps_;
  std::size_t block_rows_ = 0;
  std::size_t rows_together_ = 1;
  bool refuses_rows_ = false;
  std::size_t scratch_doubles_ = 0;  ///< the last of them, one a row of a block, tell refused rows where there are any
  std::size_t registers_doubles_ = 0;  ///< of the scratch, per row of a block; steps' own scratch follows
};

}  // namespace pelton::graph
