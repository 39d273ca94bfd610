#include "api/predictions.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <new>
#include <utility>

#include "api/header_lines.hpp"
#include "api/unanswered.hpp"
#include "codec/field_errors.hpp"
#include "codec/json_rows.hpp"
#include "codec/predict_request.hpp"
#include "codec/refused_rows.hpp"

namespace pelton::api {

/// A request's stake in the batches of one method.
struct Predictions::Part final : batching::Ticket {
  Call* call = nullptr;
  serving::Lane* lane = nullptr;
  std::size_t first_row = 0;
  std::vector<double> results;  ///< kept where other parts are still out

  math::RowBuffer& buffer() const noexcept { return lane->batcher().rows(); }
  void give_rows_back() const noexcept { buffer().truncate(first_row); }
};

/// A request in hand: its parts, and all that its answer needs.
struct Predictions::Call {
  explicit Call(Predictions& of) : owner(&of) {
    for (Part& part : parts) {
      part.call = this;
      part.done = done;
      part.ask = ask;
    }
  }
  std::size_t number_of(const Part& part) const noexcept { return static_cast<std::size_t>(&part - parts.data()); }

  Predictions* owner;
  http::Responder responder;
  ServedModel* model = nullptr;
  const AnswerForm* form = nullptr;
  std::array<Part, model::kMethodCount> parts;
  std::array<Answer::Output, model::kMethodCount> outputs{};
  std::size_t part_count = 0;
  std::size_t waiting = 0;  ///< parts that are out
  bool refused = false;     ///< answered already: the parts that are out are for nobody
  bool short_of_memory = false;
  bool single = false;
  std::uint64_t note = 0;
  batching::Outcome::Status status = batching::Outcome::Status::scored;
  std::optional<codec::Problem> problem;
  core::TimePoint received;        ///< the request's first byte
  core::TimePoint read;            ///< its rows had been read
  core::Duration scored_after{0};  ///< from the first byte until the last method was scored
  core::Duration scoring{0};
  std::string_view cors;  ///< of the settings
  std::size_t rows = 0;
  std::size_t batch_rows = 0;
  std::string id;
  std::string request_id;  // of X-Request-Id
  std::string method;      // these three only while an access log wants them
  std::string target;
  std::string peer;
  Call* next_free = nullptr;
};

namespace {

bool mentions(std::string_view body, std::string_view word) noexcept {
  return memmem(body.data(), body.size(), word.data(), word.size()) != nullptr;
}

/// Whether something in the body may let it in where a request that is known by its head alone is turned away.
bool may_be_let_in(std::string_view body, const Unread& unread) {
  static const auto names = [] {
    std::array<std::string, model::kMethodCount> quoted;
    for (const model::Method method : model::kAllMethods) {
      quoted[static_cast<std::size_t>(method)] = codec::in_quotes(to_string(method));
    }
    return quoted;
  }();
  if (mentions(body, R"("priority")")) return true;
  const auto another = [&](model::Method method) {
    return method != unread.method && unread.model.features.offers(method) &&
           mentions(body, names[static_cast<std::size_t>(method)]);
  };
  return std::any_of(model::kAllMethods.begin(), model::kAllMethods.end(), another) ||
         std::any_of(unread.deciding.begin(), unread.deciding.end(),
                     [&](const std::string& word) { return mentions(body, word); });
}

}  // namespace

Predictions::Predictions(ThreadState& state) : state_(state) {}
Predictions::~Predictions() = default;

/// When the caller's patience began: time spent in a trusted proxy's queue counts.
core::TimePoint Predictions::began(const http::RequestView& request) const noexcept {
  const TrustedProxies& proxies = state_.shared().settings.trusted_proxies;
  if (proxies.empty()) return request.received;
  return request.received - proxies.waited(request, std::chrono::system_clock::now());
}

bool Predictions::refuse_full(const http::RequestView& request, http::Responder& responder, const Unread& unread,
                              batching::Batcher& full) {
  if (may_be_let_in(request.body, unread)) return false;
  full.refused();
  reply_full(request, std::move(responder), unread.model, full, unread.dialect);
  const core::TimePoint now = state_.clock().now();
  unread.model.inferences.failed(now - request.received, now);
  return true;
}

/// The refusal as the dialect tells it, from a text that is written once: whoever is overloaded has no time.
void Predictions::reply_full(const http::RequestView& request, http::Responder responder, ServedModel& model,
                             const batching::Batcher& full, Dialect dialect) {
  state_.rejections().turned_away();
  const codec::ProblemShape& shape = problem_shape(dialect);
  const auto number = static_cast<std::size_t>(dialect);
  if (full_bodies_.size() <= number) full_bodies_.resize(number + 1);
  std::string& body = full_bodies_[number];
  if (body.empty()) {
    core::TextBuffer text;
    shape.append(text, queue_full());
    body = text.view();
  }
  HeaderLines headers;
  headers.integer("Retry-After", full.retry_after_seconds());
  if (const std::string_view id = request_id(request); !id.empty()) headers.text("X-Request-Id", id);
  state_.reply(request, std::move(responder),
               {.status = shape.status(queue_full().status),
                .content_type = shape.content_type,
                .headers = headers.view(),
                .respite = full.policy().respite()},
               body, dialect, &model);
}

void Predictions::submit(const http::RequestView& request, http::Responder responder, const Wish& wish,
                         const AnswerForm& form) {
  Call& call = prepare(request, wish, form);
  const auto refuse = [&](const codec::Problem& problem, std::string_view headers) {
    state_.reply_problem(request, std::move(responder), problem, form.dialect(), wish.model, headers);
    call.refused = true;
    wish.model->inferences.failed(call.read - call.received, call.read);
    if (call.waiting == 0) give_back(call);
  };
  if (!share_rows(call, wish)) return refuse(codec::out_of_memory(), "Retry-After: 1\r\n");
  if (!enter(call)) {
    const batching::Batcher& full = call.parts[call.waiting].lane->batcher();
    reply_full(request, std::move(responder), *wish.model, full, form.dialect());
    wish.model->inferences.failed(call.read - call.received, call.read);
    call.refused = true;
    if (call.waiting == 0) give_back(call);
    return;
  }
  ++call.model->calls;
  call.responder = std::move(responder);
  QuotaTable& quotas = state_.shared().quotas;
  if (quotas.limits_rows()) quotas.charge_rows(state_.client(request), call.parts.front().rows, request.handed_over);
}

Predictions::Call& Predictions::prepare(const http::RequestView& request, const Wish& wish, const AnswerForm& form) {
  assert(!wish.methods.empty() && wish.methods.size() <= model::kMethodCount);
  Call& call = take_call();
  call.model = wish.model;
  call.form = &form;
  call.part_count = wish.methods.size();
  call.waiting = 0;
  call.refused = call.short_of_memory = false;
  call.status = batching::Outcome::Status::scored;
  call.problem.reset();
  call.received = request.received;
  call.read = state_.clock().now();
  call.scored_after = call.scoring = core::Duration(0);
  call.rows = call.batch_rows = 0;
  call.single = wish.single;
  call.note = wish.note;
  call.cors = state_.shared().settings.cors.lines(request);
  call.id.assign(wish.id);
  call.request_id.assign(request_id(request));
  const core::Duration timeout = wish.timeout.value_or(state_.shared().settings.request_timeout);
  const core::TimePoint deadline = timeout > core::Duration(0) ? began(request) + timeout : core::TimePoint::max();
  for (std::size_t i = 0; i < call.part_count; ++i) {
    Part& part = call.parts[i];
    part.lane = &state_.predictor().lane(*wish.model->loaded, wish.methods[i]);
    part.submitted = request.received;
    part.deadline = deadline;
    part.priority = wish.priority;
    call.outputs[i] = {wish.methods[i], {}, wish.notes[i]};
  }
  if (state_.shared().access_log != nullptr) {
    call.method.assign(request.method);
    call.target.assign(request.target);
    call.peer.assign(state_.shared().settings.trusted_proxies.client(request));
  }
  return call;
}

/// Gives every part its rows: they lie in the batches they were read for, which may be no part's. None has any if
/// memory runs out over them.
bool Predictions::share_rows(Call& call, const Wish& wish) {
  math::RowBuffer& read = state_.predictor().lane(*wish.model->loaded, wish.read_for).batcher().rows();
  bool stay = false;
  std::size_t shared = 0;
  try {
    for (; shared < call.part_count; ++shared) {
      Part& part = call.parts[shared];
      const bool there = &part.buffer() == &read;
      part.first_row =
          there ? wish.first_row : codec::copy_rows(read, wish.first_row, part.buffer(), call.model->features);
      stay |= there;
    }
  } catch (const std::bad_alloc&) {
    for (std::size_t i = 0; i < shared; ++i) call.parts[i].give_rows_back();
    read.truncate(wish.first_row);
    return false;
  }
  if (!stay) read.truncate(wish.first_row);
  return true;
}

/// Enters every part; where one is not admitted it gives back that one's rows and those of the parts after it.
bool Predictions::enter(Call& call) {
  for (std::size_t i = 0; i < call.part_count; ++i) {
    Part& part = call.parts[i];
    if (part.lane->batcher().submit(part, part.first_row) == batching::Admission::full) {
      for (std::size_t rest = i + 1; rest < call.part_count; ++rest) call.parts[rest].give_rows_back();
      return false;
    }
    ++call.waiting;
  }
  return true;
}

batching::Caller Predictions::ask(const batching::Ticket& ticket) {
  const Call& call = *static_cast<const Part&>(ticket).call;
  return call.refused ? batching::Caller::gone : caller_of(call.responder);
}

void Predictions::done(batching::Ticket& ticket, const batching::Outcome& outcome) {
  Part& part = static_cast<Part&>(ticket);
  Call& call = *part.call;
  --call.waiting;
  if (call.refused) {
    if (call.waiting == 0) call.owner->give_back(call);
    return;
  }
  try {
    call.owner->take(call, part, outcome);
  } catch (const std::bad_alloc&) {
    call.short_of_memory = true;
  }
  if (call.waiting == 0) call.owner->answer(call);
}

/// Notes how a part fared; its results are gone after this call unless they are copied.
void Predictions::take(Call& call, Part& part, const batching::Outcome& outcome) {
  call.scored_after = std::max(call.scored_after, outcome.queued + outcome.scoring);
  call.scoring += outcome.scoring;
  call.batch_rows = std::max(call.batch_rows, outcome.batch_rows);
  call.rows = outcome.results.rows;
  part.lane->queue_duration().observe(outcome.queued);
  if (outcome.status != batching::Outcome::Status::scored) {
    call.status = outcome.status;
    return;
  }
  Answer::Output& output = call.outputs[call.number_of(part)];
  output.results = outcome.results;
  if (call.waiting != 0) {
    part.results.assign(outcome.results.data, outcome.results.data + outcome.results.rows * outcome.results.cols);
    output.results.data = part.results.data();
  }
  if (!call.problem) {
    call.problem = codec::refused_rows(*call.model->loaded->model, output.method, outcome.rows, outcome.results,
                                       [&](std::size_t row) { return call.form->row_pointer(row, call.single); });
  }
}

void Predictions::answer(Call& call) {
  const int status = write(call);
  count(call, status);
  const core::Duration total = call.scored_after;
  for (std::size_t i = 0; i < call.part_count; ++i) call.parts[i].lane->request_duration().observe(total);
  call.model->counts.add(call.form->dialect(), status);
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
  if (responder) responder.finish();
}

void Predictions::count(Call& call, int status) {
  const core::TimePoint now = state_.clock().now();
  if (status != 200) return call.model->inferences.failed(now - call.received, now);
  const core::Duration input = call.read - call.received;
  const serving::RequestSpans spans{.input = input,
                                    .queue = call.scored_after - call.scoring - input,
                                    .infer = call.scoring,
                                    .output = now - call.received - call.scored_after};
  call.model->inferences.succeeded(spans, call.rows, call.batch_rows, now);
}

/// Gives the answer's status. Memory that runs out over it costs this request alone.
int Predictions::write(Call& call) {
  state_.rejections().fared(call.status);
  try {
    if (!call.short_of_memory) return write_outcome(call);
  } catch (const std::bad_alloc&) {
    call.responder.take_back();
  }
  try {
    return write_problem(call, codec::out_of_memory());
  } catch (const std::bad_alloc&) {
    const http::Responder dropped(std::move(call.responder));  // which tells the client, if that needs no memory
    return 500;
  }
}

int Predictions::write_outcome(Call& call) {
  if (const auto unscored = unscored_problem(call.status)) return write_problem(call, *unscored);
  if (call.problem) return write_problem(call, *call.problem);
  HeaderLines headers;
  headers.server_timing(call.scored_after - call.scoring, call.scoring);
  if (!call.request_id.empty()) headers.text("X-Request-Id", call.request_id);
  headers.lines(call.cors);
  call.form->write({.model = *call.model,
                    .outputs = {call.outputs.data(), call.part_count},
                    .single = call.single,
                    .id = call.id,
                    .note = call.note,
                    .headers = headers.view()},
                   call.responder);
  return 200;
}

int Predictions::write_problem(Call& call, const codec::Problem& problem) {
  const codec::ProblemShape& shape = problem_shape(call.form->dialect());
  HeaderLines headers;
  if (problem.status == 503) headers.integer("Retry-After", 1);
  if (!call.request_id.empty()) headers.text("X-Request-Id", call.request_id);
  headers.lines(call.cors);
  const int status = shape.status(problem.status);
  shape.append(call.responder.begin({.status = status,
                                     .content_type = shape.content_type,
                                     .headers = headers.view(),
                                     .plain = compresses_predictions_only(call.form->dialect())}),
               problem);
  return status;
}

Predictions::Call& Predictions::take_call() {
  if (free_ == nullptr) {
    calls_.push_back(std::make_unique<Call>(*this));
    return *calls_.back();
  }
  return *std::exchange(free_, free_->next_free);
}

void Predictions::give_back(Call& call) noexcept { call.next_free = std::exchange(free_, &call); }

}  // namespace pelton::api
