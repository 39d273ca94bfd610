#include "http/router.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace pelton::http {

namespace {

[[noreturn]] void reject(std::string_view pattern, const char* why) {
  throw std::invalid_argument("route " + std::string(pattern) + ": " + why);
}

}  // namespace

std::vector<Router::Segment> Router::split(std::string_view pattern) {
  if (pattern.empty() || pattern.front() != '/') reject(pattern, "does not begin with /");
  std::vector<Segment> segments;
  std::size_t variables = 0;
  for (std::size_t at = 0; at < pattern.size();) {
    const std::size_t end = std::min(pattern.find('/', at + 1), pattern.size());
    std::string_view text = pattern.substr(at + 1, end - at - 1);
    Segment segment{text};
    if (!text.empty() && text.front() == '{') {
      const std::size_t close = text.find('}');
      if (close == std::string_view::npos || close == 1) reject(pattern, "holds a malformed variable");
      segment = {text.substr(close + 1), true};
      if (++variables > RouteMatch{}.params.size()) reject(pattern, "holds more variables than a match");
    }
    if (segment.text.find_first_of("{}") != std::string_view::npos)
      reject(pattern, "a variable is not at a segment's beginning");
    segments.push_back(segment);
    at = end;
  }
  return segments;
}

void Router::allow(std::string& list, Verb verb) {
  if (verb == Verb::options || list.find(to_string(verb)) != std::string::npos) return;
  // OPTIONS stays last.
  std::string addition(to_string(verb));
  if (verb == Verb::get) addition += ", HEAD";
  list.insert(list.size() - to_string(Verb::options).size(), addition + ", ");
}

std::size_t Router::child(std::size_t node, const Segment& segment) {
  const std::size_t fresh = nodes_.size();
  if (segment.variable) {
    auto& variables = nodes_[node].variables;
    const auto known =
        std::find_if(variables.begin(), variables.end(), [&](const auto& v) { return v.suffix == segment.text; });
    if (known != variables.end()) return known->node;
    const auto longer = std::find_if(variables.begin(), variables.end(),
                                     [&](const auto& v) { return v.suffix.size() < segment.text.size(); });
    variables.insert(longer, {std::string(segment.text), fresh});
  } else {
    auto& literals = nodes_[node].literals;
    const auto at = std::lower_bound(literals.begin(), literals.end(), segment.text,
                                     [](const auto& literal, std::string_view text) { return literal.text < text; });
    if (at != literals.end() && at->text == segment.text) return at->node;
    literals.insert(at, {std::string(segment.text), fresh});
  }
  nodes_.emplace_back();
  return fresh;
}

std::size_t Router::add(Verb verb, std::string_view pattern) {
  std::size_t node = 0;
  for (const Segment& segment : split(pattern)) node = child(node, segment);
  Node& end = nodes_[node];
  std::size_t& route = end.routes[static_cast<std::size_t>(verb)];
  if (route != kNone) reject(pattern, "is there already");
  route = routes_.size();
  if (end.allow.empty()) end.allow = to_string(Verb::options);
  allow(end.allow, verb);
  allow(every_verb_, verb);
  routes_.push_back({verb, std::string(pattern)});
  return route;
}

/// The node where `rest` (from a slash on, or empty) ends, or kNone. Exact segments come first; where
/// they lead nowhere the variable ones are tried.
std::size_t Router::find(std::size_t node, std::string_view rest, RouteMatch& match) const noexcept {
  const Node& here = nodes_[node];
  if (rest.empty()) return here.allow.empty() ? kNone : node;
  const std::size_t end = std::min(rest.find('/', 1), rest.size());
  const std::string_view segment = rest.substr(1, end - 1);
  const std::string_view after = rest.substr(end);

  const auto literal = std::lower_bound(here.literals.begin(), here.literals.end(), segment,
                                        [](const auto& known, std::string_view text) { return known.text < text; });
  if (literal != here.literals.end() && literal->text == segment) {
    if (const std::size_t found = find(literal->node, after, match); found != kNone) return found;
  }
  for (const Node::Variable& variable : here.variables) {
    if (segment.size() <= variable.suffix.size() || !segment.ends_with(variable.suffix)) continue;
    const std::size_t mine = match.param_count++;
    match.params[mine] = segment.substr(0, segment.size() - variable.suffix.size());
    if (const std::size_t found = find(variable.node, after, match); found != kNone) return found;
    match.param_count = mine;
  }
  return kNone;
}

RouteMatch Router::match(Verb verb, std::string_view path) const noexcept {
  RouteMatch match;
  if (path == "*") {
    match.kind = RouteMatch::Kind::wrong_method;
    match.allow = every_verb_;
    return match;
  }
  if (path.empty() || path.front() != '/') return match;
  const std::size_t node = find(0, path, match);
  if (node == kNone) {
    match.param_count = 0;
    return match;
  }
  const Node& end = nodes_[node];
  match.allow = end.allow;
  match.route = end.routes[static_cast<std::size_t>(verb)];
  if (match.route == kNone && verb == Verb::head) match.route = end.routes[static_cast<std::size_t>(Verb::get)];
  match.kind = match.route == kNone ? RouteMatch::Kind::wrong_method : RouteMatch::Kind::found;
  if (match.route == kNone) {
    const auto other =
        std::find_if(end.routes.begin(), end.routes.end(), [](std::size_t route) { return route != kNone; });
    match.route = *other;
  }
  return match;
}

}  // namespace pelton::http
