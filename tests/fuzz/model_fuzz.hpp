#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "formats/load.hpp"

namespace pelton::fuzz {

/// Scores a made-up row with every method that a model offers; traps where a label is no class.
inline void score_one_row(const model::Model& model) {
  const model::Schema& schema = model.schema();
  std::vector<double> row(schema.features.size());
  for (std::size_t i = 0; i < row.size(); ++i) row[i] = i % 3 == 0 ? 0.25 : static_cast<double>(i) - 1.5;
  model::Workspace workspace;
  for (const model::Method method : model::kAllMethods) {
    const auto& spec = schema.output(method);
    if (!spec) continue;
    std::vector<double> values(spec->width);
    model.score({row.data(), 1, row.size()}, method, {values.data(), 1, values.size()}, workspace);
    if (!spec->labelled) continue;
    for (const double index : values) {
      if (!(index >= 0 && index < static_cast<double>(schema.classes.size()))) __builtin_trap();
    }
  }
}

/// Limits that keep one run short.
inline formats::Options small_options() {
  formats::Options options;
  options.limits.messages = 20'000;
  options.limits.features = 2'000;
  options.limits.classes = 1'000;
  options.limits.tree_nodes = 100'000;
  return options;
}

}  // namespace pelton::fuzz
