#pragma once

#include <string_view>

#include "api/thread_state.hpp"
#include "http/router.hpp"

namespace pelton::api {

/// The model and version that a V2 route's first two variables name; a 404 in the words that V2 clients look for.
ModelChoice choose_v2(ThreadState& state, const http::RouteMatch& match);

}  // namespace pelton::api
