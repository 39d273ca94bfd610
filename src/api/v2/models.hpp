#pragma once

#include "api/routes.hpp"
#include "api/thread_state.hpp"

namespace pelton::api {

/// What the server and its models tell of themselves in V2: health, metadata, configuration, statistics. Loop
/// thread only.
class V2Models {
 public:
  static constexpr Dialect kDialect = Dialect::v2;

  explicit V2Models(ThreadState& state) : state_(state) {}

  void add_routes(Routes& routes);

 private:
  void server(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match);
  void live(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match);
  void ready(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match);
  void model_ready(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match);
  void metadata(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match);
  void config(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match);
  void statistics(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match);
  void all_statistics(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match);

  using Append = void (V2Models::*)(core::TextBuffer&, const ModelChoice&);
  void describe(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match,
                Append append);
  void append_metadata(core::TextBuffer& out, const ModelChoice& choice);
  void append_config(core::TextBuffer& out, const ModelChoice& choice);
  void append_statistics(core::TextBuffer& out, const serving::LoadedModel& loaded);

  ThreadState& state_;
};

}  // namespace pelton::api
