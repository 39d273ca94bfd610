#pragma once

#include "codec/problem.hpp"

namespace pelton::codec::v2 {

/// `{"error":"…"}`, every bad field in the text. What is well-formed but does not fit the model is a 400 here.
extern const ProblemShape kErrorShape;

}  // namespace pelton::codec::v2
