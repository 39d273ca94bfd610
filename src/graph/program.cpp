#include "graph/program.hpp"

#include <algorithm>
#include <array>
#include <cassert>

#include "graph/refused_row.hpp"

namespace pelton::graph {

void Program::run(math::ConstMatrix rows, std::span<const math::Matrix> outputs, double* scratch) const noexcept {
  assert(rows.cols == input_width_ && outputs.size() == output_widths_.size());
  std::array<math::ConstMatrix, kMaxStepInputs> inputs;
  for (std::size_t first = 0; first < rows.rows; first += block_rows_) {
    const std::size_t count = std::min(block_rows_, rows.rows - first);
    const auto window = [&](const Place& place) -> math::Matrix {
      if (place.kind == Place::Kind::output) {
        const math::Matrix& out = outputs[place.output];
        return {out.data + first * out.stride + place.column, count, place.width, out.stride};
      }
      return {scratch + place.base * count + place.column, count, place.width, place.stride};
    };
    double* step_scratch = scratch + registers_doubles_ * count;
    double* const refused = scratch + scratch_doubles_ - (refuses_rows_ ? block_rows_ : 0);
    if (refuses_rows_) std::fill_n(refused, count, 0.0);
    for (const Run& step : steps_) {
      for (std::size_t i = 0; i < step.inputs.size(); ++i) {
        const Place& place = step.inputs[i];
        if (place.kind == Place::Kind::input) {
          inputs[i] = {rows.data + first * rows.stride + place.column, count, place.width, rows.stride};
        } else {
          inputs[i] = window(place);
        }
      }
      const math::Matrix out = window(step.out);
      step.step->run({inputs.data(), step.inputs.size()}, out, step_scratch);
      if (!step.step->refuses_rows()) continue;
      for (std::size_t r = 0; r < count; ++r) refused[r] = is_refused_row(*out.row(r)) ? 1.0 : refused[r];
    }
    // What later steps made of a refused row's results is none: they may round them, or choose by them.
    for (std::size_t r = 0; refuses_rows_ && r < count; ++r) {
      if (refused[r] == 0) continue;
      for (std::size_t i = 0; i < outputs.size(); ++i) {
        std::fill_n(outputs[i].row(first + r), output_widths_[i], kRefusedRow);
      }
    }
  }
}

std::vector<std::string> Program::plan() const {
  std::vector<std::string> lines;
  lines.reserve(steps_.size());
  for (const Run& step : steps_) lines.push_back(step.name + ": " + step.step->describe());
  return lines;
}

Cost Program::cost() const noexcept {
  Cost total;
  for (const Run& step : steps_) total += step.step->cost();
  return total;
}

}  // namespace pelton::graph
