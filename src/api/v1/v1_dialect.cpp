#include "api/v1/v1_dialect.hpp"

#include <array>
#include <utility>

#include "api/body_type.hpp"
#include "api/query.hpp"
#include "codec/v1/v1_results.hpp"
#include "core/suggest.hpp"

namespace pelton::api {

using codec::V1Verb;
using http::RequestView;
using http::Responder;
using http::RouteMatch;
using http::Verb;

namespace {

/// One member that holds the results, and where the rows they are of stood in the request.
class V1Form final : public AnswerForm {
 public:
  constexpr V1Form(std::string_view member, std::string_view rows, bool classes = false)
      : member_(member), rows_(rows), classes_(classes) {}

  Dialect dialect() const noexcept override { return Dialect::v1; }

  void write(const Answer& answer, Responder& responder) const override {
    const auto& [method, results, note] = answer.outputs.front();
    codec::ObjectWriter reply(
        responder.begin({.status = 200, .content_type = "application/json", .headers = answer.headers}));
    core::TextBuffer& out = reply.member(member_);
    if (classes_) {
      codec::append_classifications(out, answer.model.schema(), method, results);
    } else {
      answer.model.writer(method).append_result(out, results, false);
    }
    reply.finish();
  }

  std::string row_pointer(std::size_t row, bool) const override {
    return std::string(rows_).append("/").append(std::to_string(row));
  }

 private:
  std::string_view member_;
  std::string_view rows_;
  bool classes_;
};

const V1Form kRows("predictions", "/instances");
const V1Form kColumns("outputs", "/inputs");
const V1Form kClasses("results", "/examples", true);
const V1Form kNumbers("results", "/examples");
const V1Form kExplained("explanations", "/instances");

const V1Form& form_of(V1Verb verb, bool columns) noexcept {
  switch (verb) {
    case V1Verb::predict: return columns ? kColumns : kRows;
    case V1Verb::classify: return kClasses;
    case V1Verb::regress: return kNumbers;
    case V1Verb::explain: return kExplained;
  }
  return kRows;
}

}  // namespace

template <V1Verb verb>
void V1Dialect::add_verb(Routes& routes, std::string_view name) {
  for (const char* const path : {"/v1/models/{model}:", "/v1/models/{model}/versions/{version}:"}) {
    routes.add<&V1Dialect::ask<verb>>(Verb::post, std::string(path).append(name), *this);
  }
  routes.add<&V1Dialect::refuse_label>(Verb::post, std::string("/v1/models/{model}/labels/{label}:").append(name),
                                       *this);
}

void V1Dialect::add_routes(Routes& routes) {
  add_verb<V1Verb::predict>(routes, "predict");
  add_verb<V1Verb::classify>(routes, "classify");
  add_verb<V1Verb::regress>(routes, "regress");
  add_verb<V1Verb::explain>(routes, "explain");
  routes.add<&V1Dialect::list>(Verb::get, "/v1/models", *this);
  for (const std::string path : {"/v1/models/{model}", "/v1/models/{model}/versions/{version}"}) {
    routes.add<&V1Dialect::status>(Verb::get, path, *this);
    routes.add<&V1Dialect::metadata>(Verb::get, path + "/metadata", *this);
  }
  routes.described_by<&V1Dialect::describe>(*this);
}

ModelChoice V1Dialect::choose(const RouteMatch& match) {
  const std::string_view name = decoded(match.params[0], name_);
  ModelChoice choice = state_.choose(name, decoded(match.params[1], version_));
  if (choice.model != nullptr) return choice;
  const serving::Catalog& catalog = state_.predictor().catalog();
  if (catalog.find(name) == nullptr) {
    choice.problem.status = 404;
    choice.problem.detail = "Model with name " + std::string(name) + " does not exist.";
    const std::string_view near = core::nearest_name(name, catalog.names());
    if (!near.empty()) choice.problem.detail.append(" Did you mean ").append(near).append("?");
  }
  return choice;
}

void V1Dialect::ask(V1Verb verb, const RequestView& request, Responder responder, const RouteMatch& match) {
  ServedModel* model = nullptr;
  const auto refuse = [&](const codec::Problem& problem) {
    state_.reply_problem(request, std::move(responder), problem, Dialect::v1, model);
  };
  if (!brings_json(request)) {
    return refuse({.status = 415,
                   .detail = "content type \"" + std::string(request.header("Content-Type")) +
                             "\" is not read here; expected application/json",
                   .errors = {}});
  }
  const ModelChoice choice = choose(match);
  if (choice.model == nullptr) return refuse(choice.problem);
  model = choice.model;
  const model::Schema& schema = model->schema();
  const std::optional<model::Method> method = codec::v1_method(verb, schema);
  if (!method) {
    if (verb != V1Verb::explain) return refuse(*codec::v1_misfit(verb, model::Method::predict, schema));
    return refuse({.status = 501,
                   .detail = "explanations are not offered by model \"" + model->loaded->name + "\"",
                   .errors = {}});
  }
  math::RowBuffer* const rows =
      predictions_.rows_for(request, responder, {.model = *model, .method = *method, .dialect = Dialect::v1});
  if (rows == nullptr) return;
  codec::V1Request read;
  const auto outcome = reader_.read(request.body, verb, {model->features, *rows, state_.shared().settings.read}, read);
  if (!outcome) return refuse(outcome.error());
  if (read.options.method) {
    if (const auto misfit = codec::v1_misfit(verb, *read.options.method, schema)) {
      rows->truncate(read.first_row);
      return refuse(*misfit);
    }
  }
  const model::Method wanted = read.options.method.value_or(*method);
  predictions_.submit(request, std::move(responder),
                      {.model = model,
                       .methods = {&wanted, 1},
                       .read_for = *method,
                       .first_row = read.first_row,
                       .timeout = read.options.timeout,
                       .priority = priority_of(read.options)},
                      form_of(verb, read.columns));
}

void V1Dialect::refuse_label(const RequestView& request, Responder responder, const RouteMatch& match) {
  state_.reply_problem(request, std::move(responder),
                       {.status = 400,
                        .detail = "versions have no labels here (\"" + percent_decoded(match.params[1]) +
                                  "\"): ask for /versions/{number}, or leave it out for the newest",
                        .errors = {}},
                       Dialect::v1);
}

}  // namespace pelton::api
