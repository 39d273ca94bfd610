#pragma once

#include <optional>
#include <string>

namespace pelton::model {

/// What a model's file carries beside the model, as text for those who read it: codec::GoldenRows the
/// rows, whoever watches for drift the baseline. Empty where the file has none.
struct Attachments {
  /// Rows with the outputs they are known to have: a JSON list of golden rows.
  std::string golden;
  /// How far an output may be from what a golden row expects; without one, what `pelton verify` allows.
  std::optional<double> tolerance;
  /// What the training rows looked like, as JSON.
  std::string baseline;
};

}  // namespace pelton::model
