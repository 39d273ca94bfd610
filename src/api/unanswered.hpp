#pragma once

#include <optional>

#include "batching/ticket.hpp"
#include "codec/problem.hpp"

namespace pelton::api {

/// What a caller is told whose rows were not scored; nothing where they were.
std::optional<codec::Problem> unscored_problem(batching::Outcome::Status status);

/// What a caller is told whose rows were not let in.
const codec::Problem& queue_full();

}  // namespace pelton::api
