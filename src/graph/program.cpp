#include "graph/program.hpp"

#include <algorithm>
#include <array>
#include <cassert>

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
    for (const Run& step : steps_) {
      for (std::size_t i = 0; i < step.inputs.size(); ++i) {
        const Place& place = step.inputs[i];
        if (place.kind == Place::Kind::input) {
          inputs[i] = {rows.data + first * rows.stride + place.column, count, place.width, rows.stride};
        } else {
          inputs[i] = window(place);
        }
      }
      step.step->run({inputs.data(), step.inputs.size()}, window(step.out), step_scratch);
    }
  }
}

std::vector<std::string> Program::plan() const {
  std::vector<std::string> lines;
  lines.reserve(steps_.size());
  for (const Run& step : steps_) lines.push_back(step.name + ": " + step.step->describe());
  return lines;
}

bool Program::refuses_rows() const noexcept {
  return std::any_of(steps_.begin(), steps_.end(), [](const Run& run) { return run.step->refuses_rows(); });
}

Cost Program::cost() const noexcept {
  Cost total;
  for (const Run& step : steps_) total += step.step->cost();
  return total;
}

}  // namespace pelton::graph
