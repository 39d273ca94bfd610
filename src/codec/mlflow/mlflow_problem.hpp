#pragma once

#include "codec/problem.hpp"

namespace pelton::codec {

/// {"error_code":"BAD_REQUEST","message":"…"}, the codes as MLflow's REST interface has them; 422 is told as 400.
extern const ProblemShape kMlflowProblem;

}  // namespace pelton::codec
