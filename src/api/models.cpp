// GET /models, /models/{model} and /models/{model}/schema: what is loaded, and what it takes and gives.
#include <string>
#include <utility>

#include "api/query.hpp"
#include "api/service.hpp"
#include "codec/feature_card.hpp"
#include "codec/json_list.hpp"
#include "codec/request_schema.hpp"

namespace pelton::api {

namespace {

using codec::append_list;
using codec::append_texts;
using codec::ObjectWriter;

/// What SageMaker calls a model and the place it came from, on the same routes.
void append_names(ObjectWriter& entry, const serving::LoadedModel& loaded) {
  entry.text("modelName", loaded.name).text("modelUrl", loaded.source);
}

void append_versions(core::TextBuffer& out, const serving::ModelVersions& model) {
  append_list(out, model.versions, [&](const auto& loaded) { core::append_json_string(out, loaded->version); });
}

void append_inputs(core::TextBuffer& out, const model::Schema& schema) {
  append_list(out, schema.features, [&](const model::Feature& feature) {
    ObjectWriter input(out);
    if (!feature.name.empty()) input.text("name", feature.name);
    input.text("type", to_string(feature.type));
    input.raw("missing", feature.takes_missing ? "true" : "false");
    if (feature.optional) input.raw("optional", "true");
    codec::append_categories(input, feature);
    input.finish();
  });
}

void append_outputs(core::TextBuffer& out, const model::Schema& schema) {
  ObjectWriter outputs(out);
  for (const model::Method method : model::kAllMethods) {
    const auto& spec = schema.output(method);
    if (!spec) continue;
    ObjectWriter output(outputs.member(to_string(method)));
    output.text("type", to_string(spec->type)).integer("width", spec->width);
    codec::append_shape(output, *spec);
    output.raw("label", spec->labelled ? "true" : "false");
    output.finish();
  }
  outputs.finish();
}

void append_classes(core::TextBuffer& out, const model::Schema& schema) {
  append_list(out, schema.classes, [&](const model::Label& label) {
    if (const auto* text = std::get_if<std::string>(&label)) {
      core::append_json_string(out, *text);
    } else {
      out.append_integer(std::get<std::int64_t>(label));
    }
  });
}

void append_card(core::TextBuffer& out, const serving::LoadedModel& loaded, const serving::ModelVersions& versions) {
  const model::Schema& schema = loaded.model->schema();
  const model::Description& description = loaded.model->description();
  ObjectWriter card(out);
  card.text("name", loaded.name).text("version", loaded.version);
  append_names(card, loaded);
  append_versions(card.member("versions"), versions);
  card.text("format", description.format).text("kind", description.kind);
  append_inputs(card.member("inputs"), schema);
  append_outputs(card.member("outputs"), schema);
  if (!schema.classes.empty()) append_classes(card.member("classes"), schema);
  card.integer("parameters", description.parameters).integer("bytes", description.bytes);
  append_texts(card.member("operations"), description.operations);
  append_texts(card.member("plan"), description.plan);
  card.number("load_seconds", std::chrono::duration<double>(loaded.load_time).count());
  card.finish();
}

}  // namespace

void Service::list_models(const http::RequestView& request, http::Responder responder, const http::RouteMatch&) {
  const serving::Catalog& catalog = state_.predictor().catalog();
  core::TextBuffer& body = state_.scratch();
  ObjectWriter reply(body);
  append_list(reply.member("models"), catalog.models(), [&](const serving::ModelVersions& model) {
    ObjectWriter entry(body);
    entry.text("name", model.name).text("version", model.newest().version);
    append_versions(entry.member("versions"), model);
    entry.text("kind", model.newest().model->description().kind);
    entry.raw("default", &model == catalog.default_model() ? "true" : "false");
    append_names(entry, model.newest());
    entry.finish();
  });
  reply.finish();
  state_.reply(request, std::move(responder), {.status = 200}, body.view());
}

void Service::model_card(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match) {
  const ModelChoice choice = state_.choose(percent_decoded(match.params[0]), {});
  if (choice.model == nullptr) return state_.reply_problem(request, std::move(responder), choice.problem);
  const serving::LoadedModel& loaded = *choice.model->loaded;
  core::TextBuffer& body = state_.scratch();
  append_card(body, loaded, *choice.versions);
  state_.reply(request, std::move(responder), {.status = 200}, body.view());
}

void Service::model_schema(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match) {
  const ModelChoice choice = state_.choose(percent_decoded(match.params[0]), {});
  if (choice.model == nullptr) return state_.reply_problem(request, std::move(responder), choice.problem);
  const serving::LoadedModel& loaded = *choice.model->loaded;
  core::TextBuffer& body = state_.scratch();
  codec::append_request_schema(body, "/models/" + loaded.name + "/schema", "Request of model " + loaded.name,
                               choice.model->schema());
  state_.reply(request, std::move(responder), {.status = 200, .content_type = "application/schema+json"}, body.view());
}

}  // namespace pelton::api
