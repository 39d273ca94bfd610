#pragma once

#include <string>
#include <string_view>

#include "codec/field_errors.hpp"
#include "codec/json_cursor.hpp"
#include "codec/predict_request.hpp"

namespace pelton::codec {

/// Reads the object of options that stands beside the rows in some dialects ("params", "parameters"): timeout_ms and
/// priority, numbers, and method, a string, where the dialect has no word of its own for it (`with_method`). `null` is
/// no option. False once the cursor has failed.
bool read_params(JsonCursor& cursor, std::string_view pointer, const FeatureTable& features, PredictOptions& options,
                 FieldErrors& errors, std::string& scratch, bool with_method = true);

}  // namespace pelton::codec
