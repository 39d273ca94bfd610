#include "api/dialect.hpp"

namespace pelton::api {

std::string_view to_string(Dialect dialect) noexcept {
  switch (dialect) {
    case Dialect::http: return "http";
    case Dialect::native: return "native";
  }
  return "unknown";
}

const codec::ProblemShape& problem_shape(Dialect dialect) noexcept {
  switch (dialect) {
    case Dialect::http:
    case Dialect::native: break;
  }
  return codec::kProblemJson;
}

}  // namespace pelton::api
