#include "model/program_model.hpp"

#include <algorithm>
#include <cassert>
#include <utility>
#include <vector>

namespace pelton::model {
namespace {

const graph::Program& program_of(const ProgramModel::Programs& programs, Method method) {
  const auto& program = programs[static_cast<std::size_t>(method)];
  assert(program.has_value());
  return *program;
}

bool fits(const Schema& schema, const ProgramModel::Programs& programs) {
  return std::all_of(kAllMethods.begin(), kAllMethods.end(), [&](Method method) {
    const auto& program = programs[static_cast<std::size_t>(method)];
    const auto& spec = schema.output(method);
    if (!spec || !program) return spec.has_value() == program.has_value();
    return program->outputs() == 1 && program->input_width() == schema.features.size() &&
           program->output_width(0) == spec->width;
  });
}

}  // namespace

ProgramModel::ProgramModel(Schema schema, Description description, Programs programs)
    : schema_(std::move(schema)), description_(std::move(description)), programs_(std::move(programs)) {
  assert(fits(schema_, programs_));
  for (const auto& program : programs_) {
    if (!program) continue;
    // Methods share their steps: the largest program has, but for its last steps, what the others have.
    const graph::Cost cost = program->cost();
    description_.parameters = std::max(description_.parameters, cost.parameters);
    description_.bytes = std::max(description_.bytes, cost.bytes);
  }
  if (const auto& predict = programs_[static_cast<std::size_t>(Method::predict)]) {
    description_.plan = predict->plan();
    description_.flops_per_row = predict->cost().flops_per_row;
  }
}

std::size_t ProgramModel::rows_together(Method method) const noexcept {
  return program_of(programs_, method).rows_together();
}

void ProgramModel::score(math::ConstMatrix rows, Method method, math::Matrix out, Workspace& workspace) const {
  const graph::Program& program = program_of(programs_, method);
  assert(rows.cols == program.input_width());
  const std::array outputs{out};
  program.run(rows, outputs, workspace.doubles(program.scratch_doubles()));
}

bool ProgramModel::refuses_rows(Method method) const noexcept { return program_of(programs_, method).refuses_rows(); }

std::string ProgramModel::refusal(math::ConstMatrix row, Method method, Workspace& workspace) const {
  assert(row.rows == 1);
  std::vector<double> values(schema_.output(method)->width);
  const graph::RefusalListener listener;
  score(row, method, {values.data(), 1, values.size()}, workspace);
  return is_refused(values.front()) ? listener.reason() : std::string();
}

}  // namespace pelton::model
