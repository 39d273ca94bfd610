#include "api/native_predict.hpp"

#include <utility>

#include "api/header_lines.hpp"
#include "api/query.hpp"
#include "codec/refused_rows.hpp"

namespace pelton::api {

namespace {

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

ReplyFormat reply_format(const http::RequestView& request, BodyKind body) noexcept {
  const std::string_view accept = request.header("Accept");
  if (!accept.empty()) {
    if (accepts(accept, "application/json")) return ReplyFormat::json;
    if (accepts(accept, "application/x-ndjson")) return ReplyFormat::ndjson;
    if (accepts(accept, "text/csv")) return ReplyFormat::csv;
  }
  return body == BodyKind::ndjson ? ReplyFormat::ndjson : ReplyFormat::json;
}

codec::Problem field_problem(std::string pointer, std::string detail) {
  codec::Problem problem{.status = 422, .detail = detail, .errors = {}};
  problem.errors.push_back({std::move(pointer), std::move(detail)});
  return problem;
}

}  // namespace

/// A request in hand: its stake in a batch, and all that its answer needs.
struct NativePredict::Call final : batching::Ticket {
  NativePredict* owner = nullptr;
  http::Responder responder;
  ServedModel* model = nullptr;
  serving::Lane* lane = nullptr;
  ReplyFormat format = ReplyFormat::json;
  bool single = false;
  std::string id;          // as JSON text
  std::string request_id;  // of X-Request-Id
  std::string method;      // these three only while an access log wants them
  std::string target;
  std::string peer;
  Call* next_free = nullptr;
};

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
  serving::Lane* lane = nullptr;

  model::Method method() const noexcept {
    return request.options.method.value_or(from_query.method.value_or(model::Method::predict));
  }
};

NativePredict::NativePredict(ThreadState& state) : state_(state) {}
NativePredict::~NativePredict() = default;

void NativePredict::handle(const http::RequestView& request, http::Responder responder, std::string_view model,
                           std::string_view version) {
  Reading reading;
  reading.kind = body_kind(request);
  reading.model_name = model;
  reading.version = version;
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
    reading.lane = &state_.predictor().lane(*reading.model->loaded, reading.method());
    const auto read = read_body(request, reading);
    // The body may name another model or version than the one whose features it was read by.
    const codec::PredictOptions& options = reading.request.options;
    const bool other_version = !options.version.empty() && options.version != reading.model->loaded->version;
    const bool other_model = !options.model.empty() && options.model != reading.model->loaded->name;
    if ((other_version || other_model) && !reread) {
      if (read) reading.lane->batcher().rows().truncate(reading.request.first_row);
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
  const codec::RowTarget target{reading.model->features, reading.lane->batcher().rows(), state_.shared().settings.read};
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

/// When the caller's patience began: time spent in a trusted proxy's queue counts.
core::TimePoint NativePredict::began(const http::RequestView& request) const noexcept {
  const TrustedProxies& proxies = state_.shared().settings.trusted_proxies;
  if (proxies.empty()) return request.received;
  return request.received - proxies.waited(request, std::chrono::system_clock::now());
}

void NativePredict::submit(const http::RequestView& request, http::Responder responder, const Reading& reading) {
  const codec::PredictOptions& options = reading.request.options;
  const auto give_up = [&](const codec::Problem& problem, std::string_view headers) {
    state_.reply_problem(request, std::move(responder), problem, Dialect::native, reading.model, headers);
  };
  serving::Lane* lane = reading.lane;
  std::size_t first = reading.request.first_row;
  if (options.explain_top > 0 || reading.from_query.explain_top > 0) {
    lane->batcher().rows().truncate(first);
    return give_up(field_problem("/explain", "explanations are not offered by this model"), {});
  }
  if (const model::Method method = reading.method(); method != lane->method()) {
    // The body named its method after its rows had been read: they move to the other batch.
    if (!reading.model->features.offers(method)) {
      lane->batcher().rows().truncate(first);
      return give_up(field_problem("/method", "this model does not offer " + std::string(to_string(method)) +
                                                  "; offered: " + reading.model->features.offered_names()),
                     {});
    }
    serving::Lane& wanted = state_.predictor().lane(*reading.model->loaded, method);
    first = codec::move_rows(lane->batcher().rows(), first, wanted.batcher().rows(), reading.model->features);
    lane = &wanted;
  }
  Call& call = take_call();
  call.model = reading.model;
  call.lane = lane;
  call.format = reply_format(request, reading.kind);
  call.single = reading.request.single;
  call.id.assign(options.id);
  call.request_id.assign(request_id(request));
  call.submitted = request.received;
  const core::Duration timeout =
      options.timeout.value_or(reading.from_query.timeout.value_or(state_.shared().settings.request_timeout));
  call.deadline = timeout > core::Duration(0) ? began(request) + timeout : core::TimePoint::max();
  if (state_.shared().access_log != nullptr) {
    call.method.assign(request.method);
    call.target.assign(request.target);
    call.peer.assign(state_.shared().settings.trusted_proxies.client(request));
  }
  if (lane->batcher().submit(call, first) == batching::Admission::full) {
    give_back(call);
    HeaderLines headers;
    headers.integer("Retry-After", lane->batcher().policy().retry_after_seconds(lane->batcher().waiting_rows()));
    return give_up({.status = 503, .detail = "the model's queue is full; try again later", .errors = {}},
                   headers.view());
  }
  ++call.model->calls;
  call.responder = std::move(responder);
}

void NativePredict::done(batching::Ticket& ticket, const batching::Outcome& outcome) {
  Call& call = static_cast<Call&>(ticket);
  call.owner->answer(call, outcome);
}

void NativePredict::answer(Call& call, const batching::Outcome& outcome) {
  int status = 200;
  switch (outcome.status) {
    case batching::Outcome::Status::scored:
      if (const auto refused = codec::refused_rows(*call.model->loaded->model, call.lane->method(), outcome.rows,
                                                   outcome.results, call.single)) {
        status = refused->status;
        write_problem(call, *refused);
      } else {
        write_result(call, outcome);
      }
      break;
    case batching::Outcome::Status::expired:
      status = 504;
      write_problem(call, {.status = 504, .detail = "the deadline passed before the answer was there", .errors = {}});
      break;
    case batching::Outcome::Status::failed:
      status = 503;
      write_problem(call, {.status = 503, .detail = "not enough memory to score this request", .errors = {}});
      break;
  }
  const core::Duration total = outcome.queued + outcome.scoring;
  call.lane->request_duration().observe(total);
  call.lane->queue_duration().observe(outcome.queued);
  call.model->counts.add(Dialect::native, status);
  if (AccessLog* const log = state_.shared().access_log; log != nullptr && log->wants(status)) {
    log->write({.method = call.method,
                .target = call.target,
                .peer = call.peer,
                .request_id = call.request_id,
                .status = status,
                .took = total});
  }
  http::Responder responder = std::move(call.responder);
  --call.model->calls;
  give_back(call);
  // Last: finishing may hand over the connection's next request, which may take this very call.
  responder.finish();
}

void NativePredict::write_result(Call& call, const batching::Outcome& outcome) {
  HeaderLines headers;
  headers.server_timing(outcome.queued, outcome.scoring);
  if (!call.request_id.empty()) headers.text("X-Request-Id", call.request_id);
  const codec::ResultWriter& writer = call.model->writer(call.lane->method());
  switch (call.format) {
    case ReplyFormat::ndjson: {
      core::TextBuffer& body =
          call.responder.begin({.status = 200, .content_type = "application/x-ndjson", .headers = headers.view()});
      return writer.append_ndjson(body, outcome.results);
    }
    case ReplyFormat::csv: {
      core::TextBuffer& body =
          call.responder.begin({.status = 200, .content_type = "text/csv; charset=utf-8", .headers = headers.view()});
      writer.append_csv_header(body);
      return writer.append_csv_rows(body, outcome.results);
    }
    case ReplyFormat::json: {
      core::TextBuffer& body = call.responder.begin({.status = 200, .headers = headers.view()});
      codec::ObjectWriter reply(body);
      writer.append_result(reply.member("result"), outcome.results, call.single);
      if (!call.id.empty()) reply.raw("id", call.id);
      return reply.finish();
    }
  }
}

void NativePredict::write_problem(Call& call, const codec::Problem& problem) {
  HeaderLines headers;
  if (problem.status == 503) headers.integer("Retry-After", 1);
  if (!call.request_id.empty()) headers.text("X-Request-Id", call.request_id);
  core::TextBuffer& body = call.responder.begin(
      {.status = problem.status, .content_type = "application/problem+json", .headers = headers.view()});
  codec::append_problem(body, problem);
}

NativePredict::Call& NativePredict::take_call() {
  if (free_ == nullptr) {
    calls_.push_back(std::make_unique<Call>());
    Call& fresh = *calls_.back();
    fresh.owner = this;
    fresh.done = done;
    return fresh;
  }
  Call& call = *std::exchange(free_, free_->next_free);
  return call;
}

void NativePredict::give_back(Call& call) noexcept { call.next_free = std::exchange(free_, &call); }

}  // namespace pelton::api
