#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "graph/program.hpp"
#include "graph/step.hpp"

namespace pelton::graph {

/// One register of a ProgramBuilder and how it comes about.
struct Node {
  enum class Kind : std::uint8_t {
    input,   ///< the caller's rows
    step,    ///< computed by `step` from `inputs`
    concat,  ///< `inputs` side by side: a place that its parts are written into
    view,    ///< columns [column, column + width) of inputs[0]: no work at all
  };
  Kind kind = Kind::input;
  std::string name;
  std::size_t width = 0;
  std::vector<std::uint32_t> inputs;
  std::shared_ptr<const Step> step;
  std::size_t column = 0;
};

/// Makes the program for `outputs` from a builder's nodes: drops what they do not need, fuses steps,
/// and gives every register a place for as long as it lives. too_large if a block of one row needs
/// more memory than kMaxScratchDoubles.
core::Result<Program> plan(std::span<const Node> nodes, std::span<const Register> outputs);

/// Doubles of scratch memory a program may ask for.
inline constexpr std::size_t kMaxScratchDoubles = std::size_t{1} << 27;

}  // namespace pelton::graph
