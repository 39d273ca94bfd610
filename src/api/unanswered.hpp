#pragma once

#include <optional>

#include "batching/ticket.hpp"
#include "codec/problem.hpp"
#include "http/responder.hpp"

namespace pelton::api {

/// Who would take the answer.
batching::Caller caller_of(const http::Responder& responder) noexcept;

/// What a caller is told whose rows were not scored; nothing where they were.
std::optional<codec::Problem> unscored_problem(batching::Outcome::Status status);

/// What a caller is told whose rows were not let in.
const codec::Problem& queue_full();

}  // namespace pelton::api
