#include "api/native_predict.hpp"

#include <array>
#include <utility>

#include "api/native_request.hpp"
#include "api/query.hpp"

namespace pelton::api {

namespace {

class NativeForm final : public AnswerForm {
 public:
  Dialect dialect() const noexcept override { return Dialect::native; }

  void write(const Answer& answer, http::Responder& responder) const override {
    const auto& [method, results, note] = answer.outputs.front();
    const codec::ResultWriter& writer = answer.model.writer(method);
    const auto& [media_type, format] = kReplyTypes[static_cast<std::size_t>(answer.note)];
    core::TextBuffer& body = responder.begin(
        {.status = 200, .content_type = content_type(media_type, format, writer), .headers = answer.headers});
    switch (format) {
      case ReplyFormat::ndjson: return writer.append_ndjson(body, results);
      case ReplyFormat::csv: writer.append_csv_header(body); return writer.append_csv_rows(body, results);
      case ReplyFormat::raw: return writer.append_raw(body, results);
      case ReplyFormat::json: {
        codec::ObjectWriter reply(body);
        writer.append_result(reply.member("result"), results, answer.single);
        if (!answer.id.empty()) reply.raw("id", answer.id);
        return reply.finish();
      }
    }
  }

  std::string row_pointer(std::size_t row, bool single) const override {
    return single ? "/x" : "/x/" + std::to_string(row);
  }
};

const NativeForm kForm;

/// Members of a body that may say that its rows are for another model.
const std::array<std::string, 2> kDeciding{"\"model\"", "\"version\""};

}  // namespace

/// What is known of a request while it is being read.
struct NativePredict::Reading {
  BodyKind kind = BodyKind::json;
  std::string model_name;
  std::string version;
  NativeQuery query;
  codec::PredictRequest request;
  ServedModel* model = nullptr;
  math::RowBuffer* rows = nullptr;  ///< of the batches of rows_method
  model::Method rows_method = model::Method::predict;

  model::Method method() const noexcept {
    return request.options.method.value_or(query.options.method.value_or(model::Method::predict));
  }
  batching::Priority priority() const noexcept {
    return priority_of(request.options.priority ? request.options : query.options);
  }
};

void NativePredict::add_routes(Routes& routes) {
  for (const char* const pattern : {"/predict", "/predict/{model}", "/predict/{model}/versions/{version}"}) {
    routes.add<&NativePredict::predict>(http::Verb::post, pattern, *this);
  }
  routes.described_by<&NativePredict::describe>(*this);
}

void NativePredict::predict(const http::RequestView& request, http::Responder responder,
                            const http::RouteMatch& match) {
  Reading reading;
  reading.kind = body_kind(request);
  reading.model_name = percent_decoded(match.params[0]);
  reading.version = percent_decoded(match.params[1]);
  if (!resolve(request, responder, reading)) return;
  submit(request, std::move(responder), reading);
}

bool NativePredict::resolve(const http::RequestView& request, http::Responder& responder, Reading& reading) {
  const auto refuse = [&](const codec::Problem& problem) {
    state_.reply_problem(request, std::move(responder), problem, Dialect::native, reading.model);
    return false;
  };
  if (reading.kind == BodyKind::unknown) {
    return refuse({.status = 415,
                   .detail = "content type \"" + std::string(request.header("Content-Type")) +
                             "\" is not read here; expected application/json, application/x-ndjson, text/csv or "
                             "application/octet-stream",
                   .errors = {}});
  }
  bool reread = false;
  while (true) {
    ModelChoice choice = state_.choose(reading.model_name, reading.version);
    if (choice.model == nullptr) return refuse(choice.problem);
    reading.model = choice.model;
    if (!request.query.empty() && !reread) {
      if (auto problem = read_query(request.query, reading.model->features, reading.query)) return refuse(*problem);
      if (!reading.query.options.version.empty() && reading.version.empty()) {
        reading.version = reading.query.options.version;
        reread = true;
        continue;
      }
    }
    if (!reading.model->features.offers(reading.method())) {
      return refuse(field_problem("/method", "model \"" + reading.model->loaded->name + "\" does not offer " +
                                                 std::string(to_string(reading.method())) +
                                                 "; offered: " + reading.model->features.offered_names()));
    }
    reading.rows_method = reading.method();
    reading.rows = predictions_.rows_for(request, responder,
                                         {.model = *reading.model,
                                          .method = reading.rows_method,
                                          .dialect = Dialect::native,
                                          .priority = reading.priority(),
                                          .deciding = kDeciding});
    if (reading.rows == nullptr) return false;
    const auto read = read_body(request, reading);
    // The body may name another model or version than the one whose features it was read by.
    const codec::PredictOptions& options = reading.request.options;
    const bool other_version = !options.version.empty() && options.version != reading.model->loaded->version;
    const bool other_model = !options.model.empty() && options.model != reading.model->loaded->name;
    if ((other_version || other_model) && !reread) {
      if (read) reading.rows->truncate(reading.request.first_row);
      if (other_model) reading.model_name = options.model;
      if (!options.version.empty()) reading.version = options.version;
      reading.request = {};
      reread = true;
      continue;
    }
    if (!read) return refuse(read.error());
    return true;
  }
}

core::Result<void, codec::Problem> NativePredict::read_body(const http::RequestView& request, Reading& reading) {
  const codec::RowTarget target{reading.model->features, *reading.rows, state_.shared().settings.read};
  if (reading.kind == BodyKind::json) return json_.read(request.body, target, reading.request);
  if (reading.kind == BodyKind::ndjson) return json_.read_lines(request.body, target, reading.request);
  const auto format = slice_format(request, reading.kind, reading.query);
  if (!format) return format.error();
  if (reading.kind == BodyKind::csv) return csv_.read(request.body, target, reading.request, format->header);
  return codec::read_raw_rows(request.body, format->raw, target, reading.request);
}

void NativePredict::submit(const http::RequestView& request, http::Responder responder, const Reading& reading) {
  const codec::PredictOptions& options = reading.request.options;
  const codec::FeatureTable& features = reading.model->features;
  const auto give_up = [&](const codec::Problem& problem) {
    reading.rows->truncate(reading.request.first_row);
    state_.reply_problem(request, std::move(responder), problem, Dialect::native, reading.model);
  };
  if (options.explain_top > 0 || reading.query.options.explain_top > 0) {
    return give_up(field_problem("/explain", "explanations are not offered by this model"));
  }
  const model::Method method = reading.method();
  if (!features.offers(method)) {
    return give_up(field_problem("/method", "this model does not offer " + std::string(to_string(method)) +
                                                "; offered: " + features.offered_names()));
  }
  const std::size_t type = reply_type(request.header("Accept"), reading.kind, reading.model->writer(method));
  if (type == kReplyTypes.size()) return give_up(not_acceptable(reading.model->writer(method)));
  predictions_.submit(request, std::move(responder),
                      {.model = reading.model,
                       .methods = {&method, 1},
                       .read_for = reading.rows_method,
                       .first_row = reading.request.first_row,
                       .single = reading.request.single,
                       .id = options.id,
                       .timeout = options.timeout ? options.timeout : reading.query.options.timeout,
                       .priority = reading.priority(),
                       .note = type},
                      kForm);
}

}  // namespace pelton::api
