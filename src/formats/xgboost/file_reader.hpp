#pragma once

#include "core/result.hpp"
#include "formats/document/reader.hpp"
#include "formats/options.hpp"
#include "formats/xgboost/file.hpp"

namespace pelton::formats::xgboost {

/// Reads a model file of XGBoost 1.0 and later. Beside what it returns, memory for one tree is taken.
///
/// Errors say where in the file: malformed, too_large beyond `limits`. Each part of the file is whole
/// in itself then; whether the parts fit together is for the caller to check.
core::Result<File> read_file(document::Reader& reader, const Limits& limits);

}  // namespace pelton::formats::xgboost
