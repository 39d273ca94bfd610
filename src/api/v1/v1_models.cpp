// GET /v1/models…: which models there are, whether they are ready, and what they take.
#include <algorithm>
#include <utility>

#include "api/v1/v1_dialect.hpp"
#include "codec/json_list.hpp"
#include "codec/result_writer.hpp"
#include "codec/v1/v1_results.hpp"

namespace pelton::api {

namespace {

using codec::ObjectWriter;

/// As TensorFlow Serving tells a version that answers.
void append_version_status(core::TextBuffer& out, const serving::LoadedModel& loaded) {
  ObjectWriter status(out);
  status.text("version", loaded.version).text("state", "AVAILABLE");
  ObjectWriter(status.member("status")).text("error_code", "OK").text("error_message", "").finish();
  status.finish();
}

}  // namespace

void V1Dialect::list(const http::RequestView& request, http::Responder responder, const http::RouteMatch&) {
  core::TextBuffer& body = state_.scratch();
  ObjectWriter reply(body);
  codec::append_texts(reply.member("models"), state_.predictor().catalog().names());
  reply.finish();
  state_.reply(request, std::move(responder), {.status = 200}, body.view(), Dialect::v1);
}

/// What TensorFlow Serving tells of a model's versions, the newest first, and KServe of the model.
void V1Dialect::status(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match) {
  const ModelChoice choice = choose(match);
  if (choice.model == nullptr) {
    return state_.reply_problem(request, std::move(responder), choice.problem, Dialect::v1);
  }
  core::TextBuffer& body = state_.scratch();
  ObjectWriter reply(body);
  reply.text("name", choice.versions->name).raw("ready", "true");
  reply.member("model_version_status").append('[');
  if (!match.params[1].empty()) {
    append_version_status(body, *choice.model->loaded);
  } else {
    const auto& versions = choice.versions->versions;
    for (auto version = versions.rbegin(); version != versions.rend(); ++version) {
      if (version != versions.rbegin()) body.append(',');
      append_version_status(body, **version);
    }
  }
  body.append(']');
  reply.finish();
  state_.reply(request, std::move(responder), {.status = 200}, body.view(), Dialect::v1, choice.model);
}

void V1Dialect::metadata(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match) {
  const ModelChoice choice = choose(match);
  if (choice.model == nullptr) {
    return state_.reply_problem(request, std::move(responder), choice.problem, Dialect::v1);
  }
  const serving::LoadedModel& loaded = *choice.model->loaded;
  core::TextBuffer& body = state_.scratch();
  codec::append_v1_metadata(body, loaded.name, loaded.version, choice.model->schema());
  state_.reply(request, std::move(responder), {.status = 200}, body.view(), Dialect::v1, choice.model);
}

}  // namespace pelton::api
