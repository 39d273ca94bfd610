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
  std::size_t route = 0;                     ///< as `add` returned it; for wrong_method another route of that path
  std::array<std::string_view, 4> params{};  ///< still percent-encoded
  std::size_t param_count = 0;
  std::string_view allow;  ///< value for Allow; for wrong_method (and OPTIONS)
};

/// Finds a request's route from its raw path: exact segments and `{name}` segments; a `{name}` may
/// be followed by a literal in the same segment ("/v1/models/{model}:predict"). Exact wins over
/// variable. A route for GET also takes HEAD, and every path takes OPTIONS: without a route of its
/// own it comes back as wrong_method, and its answer is `allow`. The path "*" takes OPTIONS alone.
/// Built once, then read-only (thread-safe). Matching allocates nothing, and looks at each segment
/// of a path at most once for every pattern that begins alike.
class Router {
 public:
  /// Adds a route; returns its number (0, 1, …). Throws std::invalid_argument on a malformed or
  /// repeated pattern, or one with more variables than a match holds: routes are the program's own,
  /// not input.
  std::size_t add(Verb verb, std::string_view pattern);

  RouteMatch match(Verb verb, std::string_view path) const noexcept;

  /// Every pattern with its verb, in order of `add`.
  struct Route {
    Verb verb;
    std::string pattern;
  };
  const std::vector<Route>& routes() const noexcept { return routes_; }

 private:
  static constexpr std::size_t kVerbs = 10;
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  /// What may follow a path's beginning: literal segments, variable ones, or the path's end.
  struct Node {
    struct Literal {
      std::string text;
      std::size_t node;
    };
    struct Variable {
      std::string suffix;  ///< literal end of the segment, longest first
      std::size_t node;
    };
    Node() { routes.fill(kNone); }
    std::vector<Literal> literals;  ///< by text
    std::vector<Variable> variables;
    std::array<std::size_t, kVerbs> routes;
    std::string allow;  ///< empty: no path ends here
  };
  struct Segment {
    std::string_view text;  ///< of a literal segment, or what follows the variable
    bool variable = false;
  };

  static std::vector<Segment> split(std::string_view pattern);
  static void allow(std::string& list, Verb verb);
  std::size_t child(std::size_t node, const Segment& segment);
  std::size_t find(std::size_t node, std::string_view rest, RouteMatch& match) const noexcept;

  std::vector<Route> routes_;
  std::vector<Node> nodes_{1};  ///< the first is the root
  std::string every_verb_ = "OPTIONS";
};

}  // namespace pelton::http
