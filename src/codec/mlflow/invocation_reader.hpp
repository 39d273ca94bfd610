#pragma once

#include <string_view>
#include <vector>

#include "codec/json_rows.hpp"
#include "codec/predict_request.hpp"

namespace pelton::codec {

/// Reads the JSON that MLflow's scoring server takes at /invocations
/// (https://mlflow.org/docs/latest/deployment/deploy-model-locally): an object with exactly one of
/// `dataframe_split` ({columns, index, data}: columns in any order, the index is passed over), `dataframe_records`,
/// `instances` and `inputs`, and `params` beside it. A list of rows alone is taken too, as SageMaker's clients send
/// it. One reader a thread; nothing allocated once warm.
class InvocationReader {
 public:
  /// Appends the body's rows to `target` and fills `request`. 400 for malformed JSON, 413 beyond the limit of rows,
  /// else 422 with every bad field. After a failure the buffer is as it was.
  core::Result<void, Problem> read(std::string_view body, const RowTarget& target, PredictRequest& request);

  /// Where the rows stood in the body that was read last: "/instances".
  std::string_view rows_pointer() const noexcept { return rows_pointer_; }

 private:
  JsonScratch scratch_;
  std::vector<bool> named_;  ///< by feature: whether a column of the frame holds it
  std::string_view rows_pointer_;
};

}  // namespace pelton::codec
