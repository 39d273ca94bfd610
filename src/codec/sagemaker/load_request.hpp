#pragma once

#include <string>
#include <string_view>

#include "codec/problem.hpp"
#include "core/result.hpp"

namespace pelton::codec {

/// What SageMaker asks to be loaded.
struct LoadRequest {
  std::string name;
  std::string path;  ///< a file or folder of this machine
};

/// Reads `{"model_name":"m","url":"/opt/ml/models/m/model"}`. A `file://` before the path is taken off; other schemes
/// are refused by name. 400 for malformed JSON, else 422 with every bad field.
core::Result<LoadRequest, Problem> read_load_request(std::string_view body);

}  // namespace pelton::codec
