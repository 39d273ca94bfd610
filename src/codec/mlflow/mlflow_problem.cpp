#include "codec/mlflow/mlflow_problem.hpp"

#include "codec/result_writer.hpp"

namespace pelton::codec {

namespace {

/// Names of MLflow's ErrorCode (mlflow/protos/databricks.proto).
std::string_view error_code(int status) noexcept {
  switch (status) {
    case 404: return "RESOURCE_DOES_NOT_EXIST";
    case 413: return "INVALID_PARAMETER_VALUE";
    case 429: return "REQUEST_LIMIT_EXCEEDED";
    case 500: return "INTERNAL_ERROR";
    case 503: return "TEMPORARILY_UNAVAILABLE";
    case 504: return "DEADLINE_EXCEEDED";
    default: return "BAD_REQUEST";
  }
}

}  // namespace

const ProblemShape kMlflowProblem{.content_type = "application/json",
                                  .append =
                                      [](core::TextBuffer& out, const Problem& problem) {
                                        ObjectWriter(out)
                                            .text("error_code", error_code(problem.status))
                                            .text("message", told_in_full(problem))
                                            .finish();
                                      },
                                  .status = [](int status) noexcept { return status == 422 ? 400 : status; }};

}  // namespace pelton::codec
