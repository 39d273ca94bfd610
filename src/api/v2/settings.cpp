#include "api/v2/settings.hpp"

#include <array>
#include <span>
#include <string>
#include <utility>

#include "api/query.hpp"
#include "api/v2/choice.hpp"
#include "codec/result_writer.hpp"
#include "codec/v2/control_requests.hpp"

namespace pelton::api {

using codec::v2::FixedSetting;
using http::RequestView;
using http::Responder;
using http::RouteMatch;
using http::Verb;

namespace {

/// As Triton tells them while nothing is traced.
constexpr std::array<FixedSetting, 6> kTrace{{{"trace_file", R"("")"},
                                              {"trace_level", R"(["OFF"])"},
                                              {"trace_rate", R"("1000")"},
                                              {"trace_count", R"("-1")"},
                                              {"log_frequency", R"("0")"},
                                              {"trace_mode", R"("triton")"}}};
/// The log goes to stderr, whatever its weight.
constexpr std::array<FixedSetting, 6> kLogging{{{"log_file", R"("")"},
                                                {"log_info", "true"},
                                                {"log_warnings", "true"},
                                                {"log_errors", "true"},
                                                {"log_verbose_level", "0"},
                                                {"log_format", R"("default")"}}};

void append_settings(core::TextBuffer& out, std::span<const FixedSetting> settings) {
  codec::ObjectWriter object(out);
  for (const FixedSetting& setting : settings) object.raw(setting.name, setting.value);
  object.finish();
}

}  // namespace

void V2Settings::add_routes(Routes& routes) {
  for (const char* const pattern : {"/v2/trace/setting", "/v2/models/{model}/trace/setting"}) {
    routes.add<&V2Settings::trace>(Verb::get, pattern, *this);
    routes.add<&V2Settings::set_trace>(Verb::post, pattern, *this);
  }
  routes.add<&V2Settings::logging>(Verb::get, "/v2/logging", *this);
  routes.add<&V2Settings::set_logging>(Verb::post, "/v2/logging", *this);
  for (const std::string kind : {"/v2/systemsharedmemory", "/v2/cudasharedmemory"}) {
    routes.add<&V2Settings::no_regions>(Verb::get, kind + "/status", *this);
    routes.add<&V2Settings::unknown_region>(Verb::get, kind + "/region/{region}/status", *this);
    routes.add<&V2Settings::no_shared_memory>(Verb::post, kind + "/region/{region}/register", *this);
    routes.add<&V2Settings::unregistered>(Verb::post, kind + "/region/{region}/unregister", *this);
    routes.add<&V2Settings::unregistered>(Verb::post, kind + "/unregister", *this);
  }
}

void V2Settings::refuse(const RequestView& request, Responder responder, std::string detail) {
  state_.reply_problem(request, std::move(responder), {.status = 400, .detail = std::move(detail), .errors = {}},
                       Dialect::v2);
}

/// Answers with a 404 and is false where the route names a model that there is none of.
bool V2Settings::knows_model(const RequestView& request, Responder& responder, const RouteMatch& match) {
  if (match.param_count == 0) return true;
  const ModelChoice choice = choose_v2(state_, match);
  if (choice.model != nullptr) return true;
  state_.reply_problem(request, std::move(responder), choice.problem, Dialect::v2);
  return false;
}

void V2Settings::trace(const RequestView& request, Responder responder, const RouteMatch& match) {
  if (!knows_model(request, responder, match)) return;
  core::TextBuffer& body = state_.scratch();
  append_settings(body, kTrace);
  state_.reply(request, std::move(responder), {.status = 200}, body.view(), Dialect::v2);
}

void V2Settings::set_trace(const RequestView& request, Responder responder, const RouteMatch& match) {
  if (!knows_model(request, responder, match)) return;
  const auto read = codec::v2::read_settings(request.body, kTrace, "traces are not supported");
  if (!read) return state_.reply_problem(request, std::move(responder), read.error(), Dialect::v2);
  trace(request, std::move(responder), match);
}

void V2Settings::logging(const RequestView& request, Responder responder, const RouteMatch&) {
  core::TextBuffer& body = state_.scratch();
  append_settings(body, kLogging);
  state_.reply(request, std::move(responder), {.status = 200}, body.view(), Dialect::v2);
}

void V2Settings::set_logging(const RequestView& request, Responder responder, const RouteMatch& match) {
  const auto read = codec::v2::read_settings(request.body, kLogging,
                                             "log settings are not changed by requests; see the settings file");
  if (!read) return state_.reply_problem(request, std::move(responder), read.error(), Dialect::v2);
  logging(request, std::move(responder), match);
}

void V2Settings::no_regions(const RequestView& request, Responder responder, const RouteMatch&) {
  state_.reply(request, std::move(responder), {.status = 200}, "[]", Dialect::v2);
}

void V2Settings::unknown_region(const RequestView& request, Responder responder, const RouteMatch& match) {
  refuse(request, std::move(responder),
         "Unable to find shared memory region: '" + percent_decoded(match.params[0]) +
             "'; shared memory is not supported");
}

void V2Settings::no_shared_memory(const RequestView& request, Responder responder, const RouteMatch&) {
  refuse(request, std::move(responder),
         "shared memory is not supported; send data in the request, as JSON or as bytes");
}

void V2Settings::unregistered(const RequestView& request, Responder responder, const RouteMatch&) {
  state_.reply(request, std::move(responder), {.status = 200}, {}, Dialect::v2);
}

}  // namespace pelton::api
