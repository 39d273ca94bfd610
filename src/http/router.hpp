#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "http/request_view.hpp"

namespace pelton::http {

/// What a path matched: the route's number, and its variable segments, in order, as sent.
struct RouteMatch {
  enum class Kind : std::uint8_t { found, wrong_method, not_found };
  Kind kind = Kind::not_found;
  std::size_t route = 0;                       ///< as `add` returned it; for found
  std::array<std::string_view, 4> params{};    ///< still percent-encoded
  std::size_t param_count = 0;
  std::string_view allow;                      ///< value for Allow; for wrong_method (and OPTIONS)
};

/// Finds a request's route from its raw path: exact segments and `{name}` segments; a `{name}` may
/// be followed by a literal in the same segment ("/v1/models/{model}:predict"). Exact wins over
/// variable. A route for GET also takes HEAD, and every path takes OPTIONS. Built once, then
/// read-only (thread-safe). Matching allocates nothing.
class Router {
 public:
  /// Adds a route; returns its number (0, 1, …). Throws std::invalid_argument on a malformed or
  /// repeated pattern: routes are the program's own, not input.
  std::size_t add(Verb verb, std::string_view pattern);

  RouteMatch match(Verb verb, std::string_view path) const noexcept;

  /// Every pattern with its verb, in order of `add`.
  struct Route {
    Verb verb;
    std::string pattern;
  };
  const std::vector<Route>& routes() const noexcept { return routes_; }

 private:
  std::vector<Route> routes_;
  // The implementation's own compiled form belongs here.
};

}  // namespace pelton::http
