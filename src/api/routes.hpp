#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/dialect.hpp"
#include "http/request_view.hpp"
#include "http/responder.hpp"
#include "http/router.hpp"

namespace pelton::api {

class Description;

/// Whether a route is one that whatever watches the server asks: it is answered whoever asks how often.
enum class RouteKind { ordinary, probe };

/// The routes of one event loop, and what answers each. Each dialect adds its own, so that none knows
/// another.
class Routes {
 public:
  /// Adds a route that an operator has asked for: one of the program's own that is added later gives way to it.
  template <auto Handler, class Owner>
  void claim(http::Verb verb, std::string_view path, Owner& owner, RouteKind kind = RouteKind::ordinary) {
    add<Handler>(verb, path, owner, kind);
    claimed_.emplace_back(verb, path);
  }

  /// Adds a route that `(owner.*Handler)(request, responder, match)` answers, in the words of Owner::kDialect;
  /// `owner` must outlive this.
  template <auto Handler, class Owner>
  void add(http::Verb verb, std::string_view pattern, Owner& owner, RouteKind kind = RouteKind::ordinary) {
    if (std::find(claimed_.begin(), claimed_.end(), std::pair(verb, std::string(pattern))) != claimed_.end()) return;
    router_.add(verb, pattern);
    targets_.push_back(
        {&owner, Owner::kDialect, kind,
         [](void* self, const http::RequestView& request, http::Responder responder, const http::RouteMatch& match) {
           (static_cast<Owner*>(self)->*Handler)(request, std::move(responder), match);
         }});
  }

  /// `(owner.*Describe)(description)` tells of the routes that `owner` answers; `owner` must outlive this.
  template <auto Describe, class Owner>
  void described_by(const Owner& owner) {
    describers_.push_back(
        {&owner, [](const void* self, Description& to) { (static_cast<const Owner*>(self)->*Describe)(to); }});
  }
  void describe(Description& to) const {
    for (const Describer& each : describers_) each.call(each.owner, to);
  }

  http::RouteMatch match(http::Verb verb, std::string_view path) const noexcept { return router_.match(verb, path); }
  /// Hands the request to what answers the route found.
  void answer(const http::RouteMatch& found, const http::RequestView& request, http::Responder responder) const {
    const Target& target = targets_[found.route];
    target.call(target.owner, request, std::move(responder), found);
  }
  /// In whose words a request is answered that a route was found for, or one of its path: `http` where that path is
  /// several dialects', or nobody's.
  Dialect dialect_of(const http::RouteMatch& match) const noexcept;
  /// Whether a request is a probe's, or a question about what may be asked (OPTIONS).
  bool is_probe(const http::RouteMatch& match, http::Verb verb) const noexcept {
    return verb == http::Verb::options ||
           (match.kind == http::RouteMatch::Kind::found && targets_[match.route].kind == RouteKind::probe);
  }
  /// Whether it is `owner` that answers the route found.
  bool is_for(const http::RouteMatch& found, const void* owner) const noexcept {
    return targets_[found.route].owner == owner;
  }
  const http::Router& router() const noexcept { return router_; }

 private:
  struct Target {
    void* owner;
    Dialect dialect;
    RouteKind kind;
    void (*call)(void*, const http::RequestView&, http::Responder, const http::RouteMatch&);
  };

  struct Describer {
    const void* owner;
    void (*call)(const void*, Description&);
  };

  http::Router router_;
  std::vector<Target> targets_;  ///< by route
  std::vector<Describer> describers_;
  std::vector<std::pair<http::Verb, std::string>> claimed_;
};

}  // namespace pelton::api
