#pragma once

#include "codec/problem.hpp"

namespace pelton::codec {

/// {"code":404,"type":"ModelNotFoundException","message":"…"}, as Amazon's multi-model server tells errors; 422 is
/// told as 400.
extern const ProblemShape kSagemakerProblem;

}  // namespace pelton::codec
