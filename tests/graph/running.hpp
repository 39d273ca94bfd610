#pragma once

#include <gtest/gtest.h>

#include "core/aligned_buffer.hpp"
#include "graph/program_builder.hpp"

namespace pelton::graph {

/// The register of a step that must be possible.
inline Register must(core::Result<Register> r) {
  if (!r) ADD_FAILURE() << r.error().message();
  return r.value_or(Register{0});
}

/// A program's outputs for rows [n, input_width], one vector an output.
inline std::vector<std::vector<double>> run(const Program& program, math::ConstMatrix rows) {
  std::vector<std::vector<double>> values;
  std::vector<math::Matrix> windows;
  for (std::size_t k = 0; k < program.outputs(); ++k) {
    values.emplace_back(rows.rows * program.output_width(k), -77.0);
    windows.emplace_back(values.back().data(), rows.rows, program.output_width(k));
  }
  core::AlignedBuffer<double> scratch(program.scratch_doubles());
  program.run(rows, windows, scratch.data());
  return values;
}

/// The same, compiled from a builder for these registers.
inline std::vector<std::vector<double>> run(const ProgramBuilder& builder, std::vector<Register> outputs,
                                            math::ConstMatrix rows) {
  auto program = builder.compile(outputs);
  if (!program) {
    ADD_FAILURE() << program.error().message();
    return std::vector<std::vector<double>>(outputs.size());
  }
  return run(*program, rows);
}

}  // namespace pelton::graph
