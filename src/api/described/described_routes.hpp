#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "api/described/description.hpp"
#include "api/routes.hpp"
#include "api/thread_state.hpp"

namespace pelton::api {

/// What the server tells of itself: `GET /openapi.json`, `/postman.json`, `/docs` (Swagger UI, from files built into
/// the program) and `/models/{model}/snippets`. Documents are made when they are asked for, once while the same models
/// are loaded; they carry an ETag. Loop thread only.
class DescribedRoutes {
 public:
  static constexpr Dialect kDialect = Dialect::http;

  DescribedRoutes(ThreadState& state, const Routes& routes) : state_(state), all_routes_(routes) {}

  void add_routes(Routes& routes);
  /// Tells of these routes, too.
  void describe(Description& to) const;

  /// All that can be asked now; valid until the catalog is asked for again.
  Description description();

 private:
  /// A document, and whose it is.
  struct Document {
    std::uint64_t generation = 0;
    bool made = false;
    std::string base_url;
    std::string text;
    std::string headers;
  };

  void openapi(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match);
  void postman(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match);
  void snippets(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match);
  void docs(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match);
  void docs_file(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match);

  bool is_current(const Document& document, std::string_view base_url) const;
  void keep(Document& document, core::TextBuffer& text, std::string_view base_url);
  void send(const http::RequestView& request, http::Responder responder, const Document& document);

  ThreadState& state_;
  const Routes& all_routes_;
  Document openapi_;
  Document postman_;
};

}  // namespace pelton::api
