#include "api/native_predict.hpp"

#include <array>
#include <utility>

#include "api/query.hpp"

namespace pelton::api {

namespace {

/// A form that predictions are written in.
enum class ReplyFormat : std::uint8_t { json, ndjson, csv, raw };

/// The forms by their media types, in the order they are preferred; an answer is of the type that was asked for.
constexpr std::array<std::string_view, 6> kReplyTypes{"application/json",   "application/x-ndjson",
                                                      "text/csv",           "application/octet-stream",
                                                      "application/ndjson", "application/jsonlines"};
constexpr std::array<ReplyFormat, 6> kReplyFormats{ReplyFormat::json, ReplyFormat::ndjson, ReplyFormat::csv,
                                                   ReplyFormat::raw,  ReplyFormat::ndjson, ReplyFormat::ndjson};
constexpr std::size_t kNdjsonType = 1;
constexpr std::size_t kRawType = 3;

enum class BodyKind { json, ndjson, csv, raw, unknown };

BodyKind body_kind(const http::RequestView& request) noexcept {
  const std::string_view type = request.header("Content-Type");
  if (type.empty() || is_media_type(type, "application/json")) return BodyKind::json;
  if (is_media_type(type, "application/x-ndjson") || is_media_type(type, "application/jsonlines") ||
      is_media_type(type, "application/ndjson")) {
    return BodyKind::ndjson;
  }
  if (is_media_type(type, "text/csv")) return BodyKind::csv;
  if (is_media_type(type, "application/octet-stream")) return BodyKind::raw;
  // What `curl -d '{"x":[2,3]}'` says it sends, without a header of its own.
  if (is_media_type(type, "application/x-www-form-urlencoded") && request.body.starts_with('{')) return BodyKind::json;
  return BodyKind::unknown;
}

/// Which of kReplyTypes is wanted, or their number: none of them. Where Accept does not choose, NDJSON is answered in
/// kind; texts have no raw form.
std::size_t reply_type(std::string_view accept, BodyKind body, const codec::ResultWriter& writer) noexcept {
  std::array<std::string_view, kReplyTypes.size()> offered = kReplyTypes;
  const bool in_kind = body == BodyKind::ndjson;
  if (in_kind) std::swap(offered[0], offered[kNdjsonType]);
  if (writer.raw_type().empty()) offered[kRawType] = "";
  const std::size_t type = preferred(accept, offered);
  return in_kind && type <= kNdjsonType ? kNdjsonType - type : type;
}

codec::Problem field_problem(std::string pointer, std::string detail) {
  codec::Problem problem{.status = 422, .detail = detail, .errors = {}};
  problem.errors.push_back({std::move(pointer), std::move(detail)});
  return problem;
}

codec::Problem not_acceptable(const codec::ResultWriter& writer) {
  return {.status = 406,
          .detail =
              "none of the types in Accept is given here; predictions are application/json, "
              "application/x-ndjson" +
              std::string(writer.raw_type().empty() ? " or text/csv" : ", text/csv or application/octet-stream"),
          .errors = {}};
}

std::string_view raw_content_type(std::string_view type) noexcept {
  if (type == "float32") return "application/octet-stream; dtype=float32";
  if (type == "int64") return "application/octet-stream; dtype=int64";
  if (type == "bool") return "application/octet-stream; dtype=bool";
  return "application/octet-stream; dtype=float64";
}

class NativeForm final : public AnswerForm {
 public:
  Dialect dialect() const noexcept override { return Dialect::native; }

  void write(const Answer& answer, http::Responder& responder) const override {
    const auto& [method, results, note] = answer.outputs.front();
    const codec::ResultWriter& writer = answer.model.writer(method);
    const auto type = static_cast<std::size_t>(answer.note);
    const auto begin = [&](std::string_view content_type) -> core::TextBuffer& {
      return responder.begin({.status = 200, .content_type = content_type, .headers = answer.headers});
    };
    switch (kReplyFormats[type]) {
      case ReplyFormat::ndjson: return writer.append_ndjson(begin(kReplyTypes[type]), results);
      case ReplyFormat::csv: {
        core::TextBuffer& body = begin("text/csv; charset=utf-8");
        writer.append_csv_header(body);
        return writer.append_csv_rows(body, results);
      }
      case ReplyFormat::raw: return writer.append_raw(begin(raw_content_type(writer.raw_type())), results);
      case ReplyFormat::json: {
        codec::ObjectWriter reply(begin("application/json"));
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

/// Members of a body that say which lane its rows are for, or that they are urgent.
constexpr std::array<std::string_view, 4> kDeciding{"\"priority\"", "\"model\"", "\"version\"", "\"method\""};

}  // namespace

/// What is known of a request while it is being read.
struct NativePredict::Reading {
  BodyKind kind = BodyKind::json;
  std::string model_name;
  std::string version;
  codec::PredictOptions from_query;
  std::string query_text;  // keeps the views of from_query alive
  codec::PredictRequest request;
  std::optional<codec::RawType> raw_type;
  codec::CsvHeader csv_header = codec::CsvHeader::detect;
  ServedModel* model = nullptr;
  math::RowBuffer* rows = nullptr;  ///< of the batches of rows_method
  model::Method rows_method = model::Method::predict;

  model::Method method() const noexcept {
    return request.options.method.value_or(from_query.method.value_or(model::Method::predict));
  }
  batching::Priority priority() const noexcept {
    return static_cast<batching::Priority>(request.options.priority.value_or(from_query.priority.value_or(0)));
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
      if (auto problem = read_options(request, reading)) return refuse(*problem);
      if (!reading.from_query.version.empty() && reading.version.empty()) {
        reading.version = reading.from_query.version;
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
    if (predictions_.refuse_unread(request, responder, *reading.model, reading.rows_method, kForm, reading.priority(),
                                   kDeciding)) {
      return false;
    }
    reading.rows = &predictions_.rows(*reading.model, reading.rows_method);
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

std::optional<codec::Problem> NativePredict::read_options(const http::RequestView& request, Reading& reading) {
  std::optional<codec::Problem> problem;
  // Decoded values live in query_text, which must not move: its size is known beforehand.
  reading.query_text.reserve(request.query.size());
  for_each_parameter(request.query, [&](std::string_view name, std::string_view value) {
    const std::size_t at = reading.query_text.size();
    reading.query_text.append(value);
    const std::string_view kept = std::string_view(reading.query_text).substr(at);
    if (name == "dtype") {
      reading.raw_type = codec::parse_raw_type(kept);
      if (!reading.raw_type) problem = field_problem("", "query option dtype: expected float32 or float64");
      return !problem;
    }
    const codec::OptionOutcome outcome = codec::read_option(name, kept, reading.model->features, reading.from_query);
    if (!outcome.known) {
      problem = field_problem("", "unknown query option \"" + std::string(name) + "\"");
    } else if (outcome.error) {
      problem = field_problem("", "query option " + std::string(name) + ": " + *outcome.error);
    }
    return !problem;
  });
  return problem;
}

core::Result<void, codec::Problem> NativePredict::read_body(const http::RequestView& request, Reading& reading) {
  const codec::RowTarget target{reading.model->features, *reading.rows, state_.shared().settings.read};
  const std::string_view type = request.header("Content-Type");
  switch (reading.kind) {
    case BodyKind::ndjson: return json_.read_lines(request.body, target, reading.request);
    case BodyKind::csv: {
      const std::string_view header = media_parameter(type, "header");
      const auto spelled = codec::parse_csv_header(header);
      if (!header.empty() && !spelled) {
        return field_problem("", "content type parameter header: expected present or absent");
      }
      return csv_.read(request.body, target, reading.request, spelled.value_or(codec::CsvHeader::detect));
    }
    case BodyKind::raw: {
      const std::string_view dtype = media_parameter(type, "dtype");
      const auto spelled = codec::parse_raw_type(dtype);
      if (!dtype.empty() && !spelled) {
        return field_problem("", "content type parameter dtype: expected float32 or float64");
      }
      return codec::read_raw_rows(request.body, spelled.value_or(reading.raw_type.value_or(codec::RawType::float64)),
                                  target, reading.request);
    }
    default: return json_.read(request.body, target, reading.request);
  }
}

void NativePredict::submit(const http::RequestView& request, http::Responder responder, const Reading& reading) {
  const codec::PredictOptions& options = reading.request.options;
  const codec::FeatureTable& features = reading.model->features;
  const auto give_up = [&](const codec::Problem& problem) {
    reading.rows->truncate(reading.request.first_row);
    state_.reply_problem(request, std::move(responder), problem, Dialect::native, reading.model);
  };
  if (options.explain_top > 0 || reading.from_query.explain_top > 0) {
    return give_up(field_problem("/explain", "explanations are not offered by this model"));
  }
  const model::Method method = reading.method();
  if (!features.offers(method)) {
    return give_up(field_problem("/method", "this model does not offer " + std::string(to_string(method)) +
                                                "; offered: " + features.offered_names()));
  }
  const std::size_t type = reply_type(request.header("Accept"), reading.kind, reading.model->writer(method));
  if (type == kReplyTypes.size()) return give_up(not_acceptable(reading.model->writer(method)));
  Wish wish{.model = reading.model,
            .methods = {&method, 1},
            .first_row = reading.request.first_row,
            .single = reading.request.single,
            .id = options.id,
            .timeout = options.timeout ? options.timeout : reading.from_query.timeout,
            .priority = reading.priority(),
            .note = type};
  if (method != reading.rows_method) {
    // The body named its method after its rows had been read: they move to the other batch.
    wish.first_row =
        codec::move_rows(*reading.rows, wish.first_row, predictions_.rows(*reading.model, method), features);
  }
  predictions_.submit(request, std::move(responder), wish, kForm);
}

}  // namespace pelton::api
