#include "api/mlflow/invocations.hpp"

#include <array>
#include <functional>
#include <utility>

#include "api/body_type.hpp"
#include "api/query.hpp"
#include "codec/field_errors.hpp"

namespace pelton::api {

using http::RequestView;
using http::Responder;
using http::RouteMatch;
using http::Verb;

namespace {

enum class BodyKind { json, lines, csv, unknown };
enum class ReplyKind : std::uint64_t { json, lines, csv };

constexpr std::array<std::string_view, 4> kLinesTypes{"application/jsonlines", "application/x-jsonlines",
                                                      "application/x-ndjson", "application/ndjson"};

BodyKind body_kind(const RequestView& request) noexcept {
  if (brings_json(request)) return BodyKind::json;
  const std::string_view type = request.header("Content-Type");
  if (is_media_type(type, "text/csv")) return BodyKind::csv;
  for (const std::string_view lines : kLinesTypes) {
    if (is_media_type(type, lines)) return BodyKind::lines;
  }
  return BodyKind::unknown;
}

/// What the caller takes; nothing where it takes none of ours. The kind of the body is offered first.
std::optional<ReplyKind> reply_kind(const RequestView& request, BodyKind body) noexcept {
  constexpr std::array<std::string_view, 5> kJsonFirst{"application/json", kLinesTypes[0], kLinesTypes[1],
                                                       kLinesTypes[2], "text/csv"};
  constexpr std::array<std::string_view, 5> kLinesFirst{kLinesTypes[0], kLinesTypes[1], kLinesTypes[2],
                                                        "application/json", "text/csv"};
  const auto& offered = body == BodyKind::lines ? kLinesFirst : kJsonFirst;
  const std::size_t wanted = preferred(request.header("Accept"), offered);
  if (wanted == offered.size()) return std::nullopt;
  if (offered[wanted] == "application/json") return ReplyKind::json;
  return offered[wanted] == "text/csv" ? ReplyKind::csv : ReplyKind::lines;
}

class InvocationForm final : public AnswerForm {
 public:
  /// `rows` is where the rows stood in the request.
  explicit constexpr InvocationForm(std::string_view rows) : rows_(rows) {}

  Dialect dialect() const noexcept override { return Dialect::mlflow; }

  void write(const Answer& answer, Responder& responder) const override {
    const auto& [method, results, note] = answer.outputs.front();
    const codec::ResultWriter& writer = answer.model.writer(method);
    const auto begin = [&](std::string_view content_type) -> core::TextBuffer& {
      return responder.begin({.status = 200, .content_type = content_type, .headers = answer.headers});
    };
    switch (static_cast<ReplyKind>(answer.note)) {
      case ReplyKind::json: {
        codec::ObjectWriter reply(begin("application/json"));
        writer.append_result(reply.member("predictions"), results, false);
        return reply.finish();
      }
      case ReplyKind::lines: {
        core::TextBuffer& body = begin("application/jsonlines");
        for (std::size_t r = 0; r < results.rows; ++r) {
          body.append(R"({"prediction":)");
          writer.append_row(body, results.row(r));
          body.append("}\n");
        }
        return;
      }
      case ReplyKind::csv: return writer.append_csv_rows(begin("text/csv; charset=utf-8"), results, "\n");
    }
  }

  std::string row_pointer(std::size_t row, bool) const override {
    return std::string(rows_).append("/").append(std::to_string(row));
  }
  std::string_view rows() const noexcept { return rows_; }

 private:
  std::string_view rows_;
};

const std::array<InvocationForm, 5> kForms{InvocationForm(""), InvocationForm("/instances"), InvocationForm("/inputs"),
                                           InvocationForm("/dataframe_records"),
                                           InvocationForm("/dataframe_split/data")};

const InvocationForm& form_of(std::string_view rows) noexcept {
  for (const InvocationForm& form : kForms) {
    if (form.rows() == rows) return form;
  }
  return kForms.front();
}

codec::Problem bad_query(std::string detail) { return {.status = 422, .detail = std::move(detail), .errors = {}}; }

}  // namespace

/// What is known of a request while it is being read.
struct Invocations::Asked {
  BodyKind body = BodyKind::json;
  ReplyKind reply = ReplyKind::json;
  std::string_view name;
  std::string_view version;
  ServedModel* model = nullptr;
  codec::PredictOptions from_query;
  codec::PredictRequest request;
  std::string_view rows_pointer;
};

void Invocations::add_routes(Routes& routes) {
  routes.add<&Invocations::invoke>(Verb::post, "/invocations", *this);
  routes.add<&Invocations::invoke>(Verb::post, "/models/{model}/invoke", *this);
  routes.add<&Invocations::ping>(Verb::get, "/ping", *this, RouteKind::probe);
  routes.add<&Invocations::ping>(Verb::get, "/health", *this, RouteKind::probe);
  routes.add<&Invocations::version>(Verb::get, "/version", *this);
  routes.described_by<&Invocations::describe>(*this);
}

void Invocations::invoke(const RequestView& request, Responder responder, const RouteMatch& match) {
  Asked asked;
  // On a multi-model endpoint the header is only told for logs: the path has the name.
  asked.name =
      match.param_count != 0 ? decoded(match.params[0], name_) : request.header("X-Amzn-SageMaker-Target-Model");
  std::optional<codec::Problem> problem = settle(request, asked);
  if (!problem) return answer(request, std::move(responder), asked);
  state_.reply_problem(request, std::move(responder), *problem, Dialect::mlflow, asked.model);
}

/// Which model is asked, what is sent and what is wanted back; or what is wrong with that.
std::optional<codec::Problem> Invocations::settle(const RequestView& request, Asked& asked) {
  asked.body = body_kind(request);
  if (asked.body == BodyKind::unknown) {
    return codec::Problem{.status = 415,
                          .detail = "content type \"" + std::string(request.header("Content-Type")) +
                                    "\" is not read here; expected application/json, application/jsonlines or text/csv",
                          .errors = {}};
  }
  const std::optional<ReplyKind> reply = reply_kind(request, asked.body);
  if (!reply) {
    return codec::Problem{.status = 406,
                          .detail = "\"" + std::string(request.header("Accept")) +
                                    "\" is not written here; application/json, application/jsonlines and text/csv are",
                          .errors = {}};
  }
  asked.reply = *reply;
  if (!request.query.empty()) read_name(request, asked);
  // SageMaker's clients call a model by the archive it came in.
  constexpr std::string_view kArchive = ".tar.gz";
  if (asked.name.ends_with(kArchive) && state_.predictor().catalog().find(asked.name) == nullptr) {
    asked.name.remove_suffix(kArchive.size());
  }
  const ModelChoice choice = state_.choose(asked.name, asked.version);
  if (choice.model == nullptr) return choice.problem;
  asked.model = choice.model;
  return request.query.empty() ? std::nullopt : read_options(request, asked);
}

/// Which model and version the query names.
void Invocations::read_name(const RequestView& request, Asked& asked) {
  const auto visit = [&](std::string_view name, std::string_view value) {
    if (name == "model") asked.name = name_.assign(value);
    if (name == "version") asked.version = version_.assign(value);
    return true;
  };
  for_each_parameter(request.query, std::ref(visit));  // by reference: nothing is allocated for it
}

/// What else the query says: the params of a body that has none.
std::optional<codec::Problem> Invocations::read_options(const RequestView& request, Asked& asked) {
  codec::FieldErrors errors;
  const auto wrong = [&](std::string detail) {
    errors.report([&] { return codec::FieldError{{}, std::move(detail)}; });
  };
  const auto visit = [&](std::string_view name, std::string_view value) {
    if (name == "model" || name == "version") return true;
    if (name != "method" && name != "timeout_ms" && name != "priority") {
      wrong("unknown query option " + codec::in_quotes(name) +
            "; expected model, version, method, timeout_ms or priority");
      return true;
    }
    auto outcome = codec::read_option(name, value, asked.model->features, asked.from_query);
    if (outcome.error) wrong("query option " + std::string(name) + ": " + *outcome.error);
    return true;
  };
  for_each_parameter(request.query, std::ref(visit));
  if (errors.empty()) return std::nullopt;
  return errors.take_problem();
}

core::Result<void, codec::Problem> Invocations::read_body(const RequestView& request, Asked& asked,
                                                          math::RowBuffer& rows) {
  const codec::RowTarget target{asked.model->features, rows, state_.shared().settings.read};
  switch (asked.body) {
    case BodyKind::lines: return lines_.read_lines(request.body, target, asked.request, "features");
    case BodyKind::csv: return csv_.read(request.body, target, asked.request);
    default: break;
  }
  const auto read = json_.read(request.body, target, asked.request);
  asked.rows_pointer = json_.rows_pointer();
  return read;
}

void Invocations::answer(const RequestView& request, Responder responder, Asked& asked) {
  const codec::FeatureTable& features = asked.model->features;
  const auto refuse = [&](const codec::Problem& problem) {
    state_.reply_problem(request, std::move(responder), problem, Dialect::mlflow, asked.model);
  };
  const model::Method first = asked.from_query.method.value_or(model::Method::predict);
  if (!features.offers(first)) {
    return refuse(bad_query("model \"" + asked.model->loaded->name + "\" does not offer " +
                            std::string(to_string(first)) + "; offered: " + features.offered_names()));
  }
  math::RowBuffer* const rows = predictions_.rows_for(
      request, responder,
      {.model = *asked.model, .method = first, .dialect = Dialect::mlflow, .priority = priority_of(asked.from_query)});
  if (rows == nullptr) return;
  if (const auto read = read_body(request, asked, *rows); !read) return refuse(read.error());
  const codec::PredictOptions& options = asked.request.options;
  const model::Method method = options.method.value_or(first);
  predictions_.submit(request, std::move(responder),
                      {.model = asked.model,
                       .methods = {&method, 1},
                       .read_for = first,
                       .first_row = asked.request.first_row,
                       .timeout = options.timeout ? options.timeout : asked.from_query.timeout,
                       .priority = options.priority ? priority_of(options) : priority_of(asked.from_query),
                       .note = static_cast<std::uint64_t>(asked.reply)},
                      form_of(asked.rows_pointer));
}

/// Whether predictions are to be had: 200, or 404 as MLflow tells that there is no model, 503 while draining.
void Invocations::ping(const RequestView& request, Responder responder, const RouteMatch&) {
  const SharedState& shared = state_.shared();
  const bool models =
      shared.settings.platform.models_on_demand || state_.predictor().catalog().default_model() != nullptr;
  const int status = !shared.ready.load(std::memory_order_acquire) ? 503 : models ? 200 : 404;
  state_.reply(request, std::move(responder), {.status = status}, "\n", Dialect::mlflow);
}

void Invocations::version(const RequestView& request, Responder responder, const RouteMatch&) {
  state_.reply(request, std::move(responder), {.status = 200, .content_type = "text/plain; charset=utf-8"},
               PELTON_VERSION, Dialect::mlflow);
}

}  // namespace pelton::api
