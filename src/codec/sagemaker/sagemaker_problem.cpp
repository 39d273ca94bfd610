#include "codec/sagemaker/sagemaker_problem.hpp"

#include "codec/result_writer.hpp"

namespace pelton::codec {

namespace {

/// Names that Amazon's multi-model server has for its errors.
std::string_view error_type(int status) noexcept {
  switch (status) {
    case 400:
    case 422: return "BadRequestException";
    case 404: return "ModelNotFoundException";
    case 405: return "MethodNotAllowedException";
    case 409: return "ConflictStatusException";
    case 429: return "ThrottlingException";  // as AWS calls it elsewhere: that server has no quotas
    case 503:
    case 507: return "ServiceUnavailableException";
    default: return "InternalServerException";
  }
}

int told_status(int status) noexcept { return status == 422 ? 400 : status; }

}  // namespace

const ProblemShape kSagemakerProblem{.content_type = "application/json",
                                     .append =
                                         [](core::TextBuffer& out, const Problem& problem) {
                                           ObjectWriter(out)
                                               .integer("code", told_status(problem.status))
                                               .text("type", error_type(problem.status))
                                               .text("message", told_in_full(problem))
                                               .finish();
                                         },
                                     .status = told_status};

}  // namespace pelton::codec
