#include "api/v2/models.hpp"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "api/v2/choice.hpp"
#include "api/v2/model_part.hpp"
#include "codec/v2/model_documents.hpp"

namespace pelton::api {

using codec::ObjectWriter;
using http::RequestView;
using http::Responder;
using http::RouteMatch;
using http::Verb;

namespace {

constexpr std::string_view kServer =
    R"j({"name":"pelton","version":")j" PELTON_VERSION
    R"j(","extensions":["classification","model_repository","model_repository(unload_dependents)","schedule_policy",)j"
    R"j("model_configuration","binary_tensor_data","parameters","statistics","trace","logging","generate"]})j";

std::vector<std::string> version_names(const serving::ModelVersions& versions) {
  std::vector<std::string> names;
  for (const auto& loaded : versions.versions) names.push_back(loaded->version);
  return names;
}

codec::v2::ModelHeading heading_of(const serving::LoadedModel& loaded, std::span<const std::string> versions,
                                   const ApiSettings& settings) {
  return {.name = loaded.name,
          .versions = versions,
          .format = loaded.model->description().format,
          .max_batch_size = settings.read.max_rows};
}

void append_tally(core::TextBuffer& out, const serving::Tally& tally) {
  ObjectWriter(out).integer("count", tally.count).integer("ns", tally.ns).finish();
}

/// The moment as milliseconds since 1970; 0 where nothing happened yet.
std::uint64_t epoch_ms(core::TimePoint at, core::TimePoint now) {
  if (at == core::TimePoint{}) return 0;
  const auto wall = std::chrono::system_clock::now() - (now - at);
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(wall.time_since_epoch()).count());
}

}  // namespace

void V2Models::add_routes(Routes& routes) {
  routes.add<&V2Models::server>(Verb::get, "/v2", *this);
  routes.add<&V2Models::live>(Verb::get, "/v2/health/live", *this, RouteKind::probe);
  routes.add<&V2Models::ready>(Verb::get, "/v2/health/ready", *this, RouteKind::probe);
  routes.add<&V2Models::all_statistics>(Verb::get, "/v2/models/stats", *this);
  routes.add<&V2Models::metadata>(Verb::get, "/v2/models/{model}", *this);
  routes.add<&V2Models::metadata>(Verb::get, "/v2/models/{model}/versions/{version}", *this);
  routes.add<&V2Models::model_ready>(Verb::get, "/v2/models/{model}/ready", *this);
  routes.add<&V2Models::model_ready>(Verb::get, "/v2/models/{model}/versions/{version}/ready", *this);
  routes.add<&V2Models::config>(Verb::get, "/v2/models/{model}/config", *this);
  routes.add<&V2Models::config>(Verb::get, "/v2/models/{model}/versions/{version}/config", *this);
  routes.add<&V2Models::statistics>(Verb::get, "/v2/models/{model}/stats", *this);
  routes.add<&V2Models::statistics>(Verb::get, "/v2/models/{model}/versions/{version}/stats", *this);
}

void V2Models::server(const RequestView& request, Responder responder, const RouteMatch&) {
  state_.reply(request, std::move(responder), {.status = 200}, kServer, Dialect::v2);
}

void V2Models::live(const RequestView& request, Responder responder, const RouteMatch&) {
  state_.reply(request, std::move(responder), {.status = 200}, R"({"live":true})", Dialect::v2);
}

void V2Models::ready(const RequestView& request, Responder responder, const RouteMatch&) {
  const bool ready =
      state_.shared().ready.load(std::memory_order_acquire) && state_.predictor().catalog().default_model() != nullptr;
  state_.reply(request, std::move(responder), {.status = ready ? 200 : 503},
               ready ? R"({"ready":true})" : R"({"ready":false,"error":"no model is loaded, or the server is ending"})",
               Dialect::v2);
}

void V2Models::model_ready(const RequestView& request, Responder responder, const RouteMatch& match) {
  const ModelChoice choice = choose_v2(state_, match);
  if (choice.model == nullptr) {
    return state_.reply_problem(request, std::move(responder), choice.problem, Dialect::v2);
  }
  core::TextBuffer& body = state_.scratch();
  ObjectWriter(body).text("name", choice.model->loaded->name).raw("ready", "true").finish();
  state_.reply(request, std::move(responder), {.status = 200}, body.view(), Dialect::v2, choice.model);
}

void V2Models::describe(const RequestView& request, Responder responder, const RouteMatch& match, Append append) {
  const ModelChoice choice = choose_v2(state_, match);
  if (choice.model == nullptr) {
    return state_.reply_problem(request, std::move(responder), choice.problem, Dialect::v2);
  }
  core::TextBuffer& body = state_.scratch();
  (this->*append)(body, choice);
  state_.reply(request, std::move(responder), {.status = 200}, body.view(), Dialect::v2, choice.model);
}

void V2Models::metadata(const RequestView& request, Responder responder, const RouteMatch& match) {
  describe(request, std::move(responder), match, &V2Models::append_metadata);
}

void V2Models::config(const RequestView& request, Responder responder, const RouteMatch& match) {
  describe(request, std::move(responder), match, &V2Models::append_config);
}

void V2Models::append_metadata(core::TextBuffer& out, const ModelChoice& choice) {
  const std::vector<std::string> versions = version_names(*choice.versions);
  codec::v2::append_metadata(out, heading_of(*choice.model->loaded, versions, state_.shared().settings),
                             V2ModelPart::of(*choice.model).tensors);
}

void V2Models::append_config(core::TextBuffer& out, const ModelChoice& choice) {
  const std::vector<std::string> versions = version_names(*choice.versions);
  codec::v2::append_config(out, heading_of(*choice.model->loaded, versions, state_.shared().settings),
                           V2ModelPart::of(*choice.model).tensors);
}

void V2Models::statistics(const RequestView& request, Responder responder, const RouteMatch& match) {
  const ModelChoice choice = choose_v2(state_, match);
  if (choice.model == nullptr) {
    return state_.reply_problem(request, std::move(responder), choice.problem, Dialect::v2);
  }
  core::TextBuffer& body = state_.scratch();
  body.append(R"({"model_stats":[)");
  if (match.param_count > 1) {
    append_statistics(body, *choice.model->loaded);
  } else {
    for (const auto& loaded : choice.versions->versions) {
      if (loaded != choice.versions->versions.front()) body.append(',');
      append_statistics(body, *loaded);
    }
  }
  body.append("]}");
  state_.reply(request, std::move(responder), {.status = 200}, body.view(), Dialect::v2, choice.model);
}

void V2Models::all_statistics(const RequestView& request, Responder responder, const RouteMatch&) {
  core::TextBuffer& body = state_.scratch();
  body.append(R"({"model_stats":[)");
  bool first = true;
  for (const serving::ModelVersions& versions : state_.predictor().catalog().models()) {
    for (const auto& loaded : versions.versions) {
      if (!std::exchange(first, false)) body.append(',');
      append_statistics(body, *loaded);
    }
  }
  body.append("]}");
  state_.reply(request, std::move(responder), {.status = 200}, body.view(), Dialect::v2);
}

void V2Models::append_statistics(core::TextBuffer& out, const serving::LoadedModel& loaded) {
  const serving::InferenceTotals totals = state_.shared().statistics.totals(loaded.name, loaded.version);
  ObjectWriter model(out);
  model.text("name", loaded.name).text("version", loaded.version);
  model.integer("last_inference", epoch_ms(totals.last, state_.clock().now()));
  model.integer("inference_count", totals.rows).integer("execution_count", totals.batches);
  ObjectWriter stats(model.member("inference_stats"));
  append_tally(stats.member("success"), totals.success);
  append_tally(stats.member("fail"), totals.fail);
  append_tally(stats.member("queue"), totals.queue);
  append_tally(stats.member("compute_input"), totals.input);
  append_tally(stats.member("compute_infer"), totals.infer);
  append_tally(stats.member("compute_output"), totals.output);
  append_tally(stats.member("cache_hit"), {});
  append_tally(stats.member("cache_miss"), {});
  stats.finish();
  model.raw("response_stats", "{}");
  model.member("batch_stats").append('[');
  for (const serving::InferenceTotals::Batch& batch : totals.by_rows) {
    if (&batch != totals.by_rows.data()) out.append(',');
    ObjectWriter sized(out);
    sized.integer("batch_size", batch.rows);
    append_tally(sized.member("compute_input"), batch.input);
    append_tally(sized.member("compute_infer"), batch.infer);
    append_tally(sized.member("compute_output"), batch.output);
    sized.finish();
  }
  out.append(']');
  model.raw("memory_usage", "[]").finish();
}

}  // namespace pelton::api
