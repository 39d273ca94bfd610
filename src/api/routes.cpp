#include "api/routes.hpp"

namespace pelton::api {

Dialect Routes::dialect_of(const http::RouteMatch& match) const noexcept {
  using Kind = http::RouteMatch::Kind;
  if (match.kind == Kind::not_found) return Dialect::http;
  const Dialect dialect = targets_[match.route].dialect;
  if (match.kind == Kind::found) return dialect;
  const std::vector<http::Router::Route>& routes = router_.routes();
  for (std::size_t i = 0; i < routes.size(); ++i) {
    if (targets_[i].dialect != dialect && routes[i].pattern == routes[match.route].pattern) return Dialect::http;
  }
  return dialect;
}

}  // namespace pelton::api
