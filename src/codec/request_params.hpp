#pragma once

#include <string>
#include <string_view>

#include "codec/field_errors.hpp"
#include "codec/json_cursor.hpp"
#include "codec/predict_request.hpp"

namespace pelton::codec {

/// Reads the object of options that stands beside the rows in some dialects ("params", "parameters"): method, a
/// string; timeout_ms and priority, numbers. `null` is no option. False once the cursor has failed.
bool read_params(JsonCursor& cursor, std::string_view pointer, const FeatureTable& features, PredictOptions& options,
                 FieldErrors& errors, std::string& scratch);

}  // namespace pelton::codec
