#pragma once

#include <string_view>

#include "codec/json_rows.hpp"
#include "codec/predict_request.hpp"

namespace pelton::codec {

/// Reads what Vertex AI sends to the predict route of a container:
/// `{"instances":[…],"parameters":{"method":"predict_proba"}}`
/// (https://cloud.google.com/vertex-ai/docs/predictions/custom-container-requirements). Rows are lists, objects,
/// or bare values where there is one feature. One reader a thread; nothing allocated once warm.
class VertexReader {
 public:
  /// Appends the body's rows to `target` and fills `request`. 400 for malformed JSON, 413 beyond the limit of rows,
  /// else 422 with every bad field. After a failure the buffer is as it was.
  core::Result<void, Problem> read(std::string_view body, const RowTarget& target, PredictRequest& request);

 private:
  JsonScratch scratch_;
};

/// {"error":"…"}; 422 is told as 400.
extern const ProblemShape kVertexProblem;

}  // namespace pelton::codec
