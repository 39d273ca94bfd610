#include "api/dialect.hpp"

#include "codec/v2/error_shape.hpp"

namespace pelton::api {

std::string_view to_string(Dialect dialect) noexcept {
  switch (dialect) {
    case Dialect::http: return "http";
    case Dialect::native: return "native";
    case Dialect::v2: return "v2";
  }
  return "unknown";
}

bool compresses_predictions_only(Dialect dialect) noexcept { return dialect == Dialect::v2; }

const codec::ProblemShape& problem_shape(Dialect dialect) noexcept {
  switch (dialect) {
    case Dialect::http:
    case Dialect::native: break;
    case Dialect::v2: return codec::v2::kErrorShape;
  }
  return codec::kProblemJson;
}

}  // namespace pelton::api
