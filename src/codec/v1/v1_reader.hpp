#pragma once

#include <cstdint>
#include <string_view>

#include "codec/json_rows.hpp"
#include "codec/predict_request.hpp"

namespace pelton::codec {

/// What a V1 request asks for: the word after the colon.
enum class V1Verb : std::uint8_t { predict, classify, regress, explain };

/// A V1 request, once read.
struct V1Request : PredictRequest {
  bool columns = false;  ///< its rows came as `inputs`, so its results go as `outputs`
};

/// Reads the bodies of V1 as TensorFlow Serving documents them
/// (https://www.tensorflow.org/tfx/serving/api_rest) and KServe takes them.
///
/// predict, explain: `instances`, a list of rows (lists, objects, or bare values where there is one feature), or
/// `inputs`, such a list or an object of columns. classify, regress: `examples`, a list of rows, and `context`, an
/// object of the values that all of them share. Named values may be lists of one; texts {"b64":"…"}.
/// `signature_name` is "serving_default" (or TensorFlow's own names), or the method that is wanted. `parameters`, which
/// Vertex AI has beside V1's rows, holds `timeout_ms` and `priority`. One reader a thread; nothing allocated once warm.
class V1Reader {
 public:
  /// Appends the body's rows to `target` and fills `request`: `method` only where a signature names one. 400 for
  /// malformed JSON, 413 beyond the limit of rows, else 422 with every bad field. After a failure the buffer is as
  /// it was.
  core::Result<void, Problem> read(std::string_view body, V1Verb verb, const RowTarget& target, V1Request& request);

 private:
  JsonScratch scratch_;
};

}  // namespace pelton::codec
