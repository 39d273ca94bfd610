#include "api/v2/choice.hpp"

#include "api/query.hpp"

namespace pelton::api {

ModelChoice choose_v2(ThreadState& state, const http::RouteMatch& match) {
  ModelChoice choice = state.choose(percent_decoded(match.params[0]), percent_decoded(match.params[1]));
  // perf_analyzer and others tell a model that is not there by the text's beginning.
  if (choice.model == nullptr) choice.problem.detail.insert(0, "Request for unknown model: ");
  return choice;
}

}  // namespace pelton::api
