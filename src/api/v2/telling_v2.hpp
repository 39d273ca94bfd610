#pragma once

#include <string>
#include <string_view>

#include "api/described/telling.hpp"

namespace pelton::api {

/// A path of one model's, or of one version of it.
inline std::string v2_path(bool versioned, std::string_view end) {
  return std::string(versioned ? "/v2/models/{model}/versions/{version}" : "/v2/models/{model}").append(end);
}

/// What an operation at such a path is called.
inline std::string v2_id(std::string_view name, bool versioned) {
  return std::string("v2_").append(name).append(versioned ? "_version" : "");
}

/// Tells of infer and generate.
void tell_v2_predictions(Telling& telling);

}  // namespace pelton::api
