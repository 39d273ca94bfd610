#include "api/dialect.hpp"

#include "codec/mlflow/mlflow_problem.hpp"
#include "codec/sagemaker/sagemaker_problem.hpp"
#include "codec/v1/v1_results.hpp"
#include "codec/v2/error_shape.hpp"
#include "codec/vertex/vertex_reader.hpp"

namespace pelton::api {

std::string_view to_string(Dialect dialect) noexcept {
  switch (dialect) {
    case Dialect::http: return "http";
    case Dialect::native: return "native";
    case Dialect::v1: return "v1";
    case Dialect::mlflow: return "mlflow";
    case Dialect::sagemaker: return "sagemaker";
    case Dialect::vertex: return "vertex";
    case Dialect::v2: return "v2";
  }
  return "unknown";
}

bool compresses_predictions_only(Dialect dialect) noexcept { return dialect == Dialect::v2; }

const codec::ProblemShape& problem_shape(Dialect dialect) noexcept {
  switch (dialect) {
    case Dialect::http:
    case Dialect::native: break;
    case Dialect::v1: return codec::kV1Problem;
    case Dialect::mlflow: return codec::kMlflowProblem;
    case Dialect::sagemaker: return codec::kSagemakerProblem;
    case Dialect::vertex: return codec::kVertexProblem;
    case Dialect::v2: return codec::v2::kErrorShape;
  }
  return codec::kProblemJson;
}

}  // namespace pelton::api
