#include "api/native_streams.hpp"

#include <algorithm>
#include <iterator>
#include <new>
#include <string>
#include <utility>

#include "api/header_lines.hpp"
#include "api/query.hpp"
#include "api/unanswered.hpp"
#include "codec/json_rows.hpp"
#include "codec/refused_rows.hpp"
#include "codec/rows_mark.hpp"

namespace pelton::api {

namespace {

/// A slice's most rows, and most values of rows or results: few enough that others' rows wait for little.
constexpr std::size_t kSliceRows = 1024;
constexpr std::size_t kSliceValues = 32 * 1024;

/// A body whose sender does not say how long it will be, and that no proxy has handed on. nginx, for one, stops handing
/// on a body once its answer begins; it says how long those are that it has collected, and may leave no other trace.
bool comes_as_it_is_made(const http::RequestView& head) noexcept {
  constexpr std::string_view kTraces[] = {"Via", "Forwarded", "X-Forwarded-For", "X-Real-IP"};
  return !head.header("Transfer-Encoding").empty() &&
         std::all_of(std::begin(kTraces), std::end(kTraces),
                     [&](std::string_view name) { return head.header(name).empty(); });
}

}  // namespace

/// What a request's head asks for.
struct NativeStreams::Opening {
  BodyKind kind = BodyKind::unknown;
  NativeQuery query;
  ServedModel* model = nullptr;
  model::Method method = model::Method::predict;
  codec::SliceFormat format;
  std::size_t reply = 0;  ///< of kReplyTypes
};

/// One request whose rows are coming.
class NativeStreams::Stream final : public http::BodySink, private batching::Ticket {
 public:
  Stream(NativeStreams& owner, const http::RequestView& head, http::Responder responder, const Opening& opening);
  ~Stream() override {
    lane_.release();
    --model_.calls;
  }

  bool ready() const noexcept override { return !busy_; }
  /// Who has not asked for a stream may know nothing of them, and send all before reading. As many rows as a whole body
  /// may have are answered then as they would be for one.
  http::MayWait may_wait() const noexcept override {
    if (asked_for_) return http::MayWait::little;
    const std::size_t most = owner_.state_.shared().settings.read.max_rows;
    return reader_.rows() <= most ? http::MayWait::all : http::MayWait::a_body;
  }
  std::size_t take(std::string_view bytes) override;
  void end() override;
  void fail(int status, std::string_view detail) override;
  void abandon() noexcept override;

 private:
  friend class NativeStreams;

  /// Held by whatever calls in: what is over is disposed of when the outermost is done.
  struct Visit {
    explicit Visit(Stream& visited) noexcept : stream(visited) { ++stream.visits_; }
    ~Visit() {
      if (--stream.visits_ == 0 && stream.over_ && !stream.busy_) stream.owner_.dispose(stream);
    }
    Visit(const Visit&) = delete;
    Visit& operator=(const Visit&) = delete;
    Stream& stream;
  };

  math::RowBuffer& open_rows() noexcept { return lane_.batcher().rows(); }
  std::size_t most_rows() const noexcept;
  void submit(std::size_t first_row);
  static batching::Caller who_waits(const batching::Ticket& ticket);
  static void scored(batching::Ticket& ticket, const batching::Outcome& outcome);
  void answer(const batching::Outcome& outcome);
  std::optional<codec::Problem> complaint(const batching::Outcome& outcome) const;
  void begin();
  void write(math::ConstMatrix results);
  void finish();
  void conclude(const codec::Problem& problem);
  void conclude_begun(const codec::Problem& problem);
  void note_end(int status);

  NativeStreams& owner_;
  http::Responder responder_;
  ServedModel& model_;
  serving::Lane& lane_;
  const model::Method method_;
  const ReplyType reply_;
  codec::SliceReader reader_;
  const bool asked_for_;
  const core::Duration timeout_;
  const core::TimePoint received_;
  const ClientKey client_;
  std::size_t answered_ = 0;               ///< rows
  std::optional<codec::Problem> problem_;  ///< to be told once the slice that is out is answered
  std::string request_id_;
  const std::string_view cors_;  ///< of the settings
  std::string http_method_;      // these three only while an access log wants them
  std::string target_;
  std::string peer_;
  int visits_ = 0;
  bool busy_ = false;   ///< a slice is out
  bool begun_ = false;  ///< the answer has
  bool ended_ = false;  ///< the body has
  bool over_ = false;   ///< answered, or for nobody
};

NativeStreams::Stream::Stream(NativeStreams& owner, const http::RequestView& head, http::Responder responder,
                              const Opening& opening)
    : owner_(owner),
      responder_(std::move(responder)),
      model_(*opening.model),
      lane_(owner.state_.predictor().lane(*opening.model->loaded, opening.method)),
      method_(opening.method),
      reply_(kReplyTypes[opening.reply]),
      reader_(opening.format, opening.model->features),
      asked_for_(stream_wish(head.query).has_value()),
      timeout_(opening.query.options.timeout.value_or(owner.state_.shared().settings.request_timeout)),
      received_(head.received),
      client_(owner.state_.client(head)),
      request_id_(request_id(head)),
      cors_(owner.state_.shared().settings.cors.lines(head)) {
  done = scored;
  ask = who_waits;
  priority = static_cast<batching::Priority>(opening.query.options.priority.value_or(0));
  if (owner.state_.shared().access_log != nullptr) {
    http_method_ = head.method;
    target_ = head.target;
    peer_ = owner.state_.shared().settings.trusted_proxies.client(head);
  }
  lane_.hold();
  ++model_.calls;
}

/// No more than are scored in one go, within the objective.
std::size_t NativeStreams::Stream::most_rows() const noexcept {
  const std::size_t widest = std::max({model_.features.width(), model_.writer(method_).width(), std::size_t{1}});
  const std::size_t bound = std::min(kSliceRows, std::max<std::size_t>(kSliceValues / widest, 1));
  return std::min(bound, lane_.batcher().policy().batch_rows());
}

std::size_t NativeStreams::Stream::take(std::string_view bytes) {
  const Visit visit(*this);
  const std::size_t first_row = open_rows().rows();
  auto taken = reader_.take(bytes, most_rows(), {model_.features, open_rows()});
  if (!taken) {
    conclude(taken.error());
    return bytes.size();
  }
  submit(first_row);
  return *taken;
}

void NativeStreams::Stream::end() {
  const Visit visit(*this);
  ended_ = true;
  const std::size_t first_row = open_rows().rows();
  if (auto last = reader_.finish({model_.features, open_rows()}); !last) return conclude(last.error());
  submit(first_row);
  if (!busy_ && !over_) finish();
}

void NativeStreams::Stream::fail(int status, std::string_view detail) {
  const Visit visit(*this);
  problem_ = codec::Problem{.status = status, .detail = std::string(detail), .errors = {}};
  if (!busy_) conclude(*problem_);
}

void NativeStreams::Stream::abandon() noexcept {
  const Visit visit(*this);
  over_ = true;
}

/// Enters the rows that were read, if there are any.
void NativeStreams::Stream::submit(std::size_t first_row) {
  if (open_rows().rows() == first_row) return;
  submitted = owner_.state_.clock().now();
  begun = begun_;
  deadline = timeout_ > core::Duration(0) ? submitted + timeout_ : core::TimePoint::max();
  busy_ = lane_.batcher().submit(*this, first_row) != batching::Admission::full;
  if (busy_) return owner_.state_.shared().quotas.charge_rows(client_, rows, submitted);
  owner_.state_.rejections().turned_away();
  conclude(queue_full());
}

batching::Caller NativeStreams::Stream::who_waits(const batching::Ticket& ticket) {
  const Stream& self = static_cast<const Stream&>(ticket);
  return self.over_ ? batching::Caller::gone : caller_of(self.responder_);
}

void NativeStreams::Stream::scored(batching::Ticket& ticket, const batching::Outcome& outcome) {
  Stream& self = static_cast<Stream&>(ticket);
  const Visit visit(self);
  self.busy_ = false;
  if (self.over_) return;
  if (!self.responder_.wanted()) {
    self.over_ = true;
    return;
  }
  self.answer(outcome);
}

void NativeStreams::Stream::answer(const batching::Outcome& outcome) {
  owner_.state_.rejections().fared(outcome.status);
  lane_.queue_duration().observe(outcome.queued);
  lane_.request_duration().observe(outcome.queued + outcome.scoring);
  if (const auto wrong = complaint(outcome)) return conclude(*wrong);
  try {
    write(outcome.results);
  } catch (const std::bad_alloc&) {
    responder_.take_back();
    return conclude(codec::out_of_memory());
  }
  if (over_) return;  // the connection was lost over it
  answered_ += outcome.results.rows;
  if (problem_) return conclude(*problem_);
  if (ended_) return finish();
  responder_.read_on();
}

std::optional<codec::Problem> NativeStreams::Stream::complaint(const batching::Outcome& outcome) const {
  if (auto unscored = unscored_problem(outcome.status)) return unscored;
  return codec::refused_rows(*model_.loaded->model, method_, outcome.rows, outcome.results,
                             [this](std::size_t row) { return "/x/" + std::to_string(answered_ + row); });
}

void NativeStreams::Stream::begin() {
  HeaderLines headers;
  if (!request_id_.empty()) headers.text("X-Request-Id", request_id_);
  headers.lines(cors_);
  const std::string_view type = content_type(reply_.media_type, reply_.format, model_.writer(method_));
  responder_.begin_stream({.status = 200, .content_type = type, .headers = headers.view()});
  begun_ = true;
}

void NativeStreams::Stream::write(math::ConstMatrix results) {
  const bool opens = !begun_;
  if (opens) begin();
  const codec::ResultWriter& writer = model_.writer(method_);
  core::TextBuffer& body = responder_.begin_piece();
  switch (reply_.format) {
    case ReplyFormat::ndjson: writer.append_ndjson(body, results); break;
    case ReplyFormat::csv:
      if (opens) writer.append_csv_header(body);
      writer.append_csv_rows(body, results);
      break;
    case ReplyFormat::raw: writer.append_raw(body, results); break;
    case ReplyFormat::json:
      for (std::size_t r = 0; r < results.rows; ++r) {
        body.append(opens && r == 0 ? std::string_view(R"({"result":[)") : std::string_view(","));
        writer.append_row(body, results.row(r));
      }
      break;
  }
  responder_.end_piece();
}

/// Every row has been answered.
void NativeStreams::Stream::finish() {
  if (reply_.format == ReplyFormat::json) {
    responder_.begin_piece().append("]}");
    responder_.end_piece();
  }
  over_ = true;
  note_end(200);
  responder_.finish_stream();
}

/// Answers with the problem, if it is not too late for that; else makes it the answer's last word.
void NativeStreams::Stream::conclude(const codec::Problem& problem) {
  if (over_) return;
  over_ = true;
  if (begun_) return conclude_begun(problem);
  const codec::ProblemShape& shape = problem_shape(Dialect::native);
  HeaderLines headers;
  if (problem.status == 503) {
    headers.integer("Retry-After", lane_.batcher().retry_after_seconds());
  }
  if (!request_id_.empty()) headers.text("X-Request-Id", request_id_);
  headers.lines(cors_);
  const int status = shape.status(problem.status);
  shape.append(responder_.begin({.status = status, .content_type = shape.content_type, .headers = headers.view()}),
               problem);
  note_end(status);
  responder_.finish();
}

void NativeStreams::Stream::conclude_begun(const codec::Problem& problem) {
  note_end(problem.status);
  if (reply_.format == ReplyFormat::csv || reply_.format == ReplyFormat::raw) return responder_.finish_stream(false);
  core::TextBuffer& body = responder_.begin_piece();
  body.append(reply_.format == ReplyFormat::json ? R"(],"error":)" : R"({"error":)");
  codec::append_problem(body, problem);
  body.append(reply_.format == ReplyFormat::json ? "}" : "}\n");
  responder_.end_piece();
  responder_.finish_stream();
}

/// Counts and logs the answer: under a problem's status, though the client was told 200 before it.
void NativeStreams::Stream::note_end(int status) {
  ThreadState& state = owner_.state_;
  model_.counts.add(Dialect::native, status);
  AccessLog* const log = state.shared().access_log;
  if (log == nullptr || !log->wants(status)) return;
  log->write({.method = http_method_,
              .target = target_,
              .peer = peer_,
              .request_id = request_id_,
              .status = status,
              .took = state.clock().now() - received_});
}

NativeStreams::NativeStreams(ThreadState& state) : state_(state) {}
NativeStreams::~NativeStreams() = default;

bool NativeStreams::wants(const http::RequestView& head) {
  const BodyKind kind = body_kind(head);
  if (const auto wish = stream_wish(head.query)) {
    return *wish && (kind == BodyKind::ndjson || kind == BodyKind::csv || kind == BodyKind::raw);
  }
  return kind == BodyKind::ndjson && comes_as_it_is_made(head);
}

http::BodySink* NativeStreams::open(const http::RequestView& head, http::Responder responder,
                                    const http::RouteMatch& match) {
  Opening opening;
  codec::Problem problem;
  if (!find_model(head, match, opening, problem)) {
    state_.reply_problem(head, std::move(responder), problem, Dialect::native, opening.model);
    return nullptr;
  }
  streams_.push_back(nullptr);
  try {
    streams_.back() = std::make_unique<Stream>(*this, head, std::move(responder), opening);
  } catch (...) {
    streams_.pop_back();
    throw;
  }
  return streams_.back().get();
}

bool NativeStreams::find_model(const http::RequestView& head, const http::RouteMatch& match, Opening& opening,
                               codec::Problem& problem) {
  const auto refuse = [&](codec::Problem why) {
    problem = std::move(why);
    return false;
  };
  const std::string name = percent_decoded(match.params[0]);
  std::string version = percent_decoded(match.params[1]);
  ModelChoice choice = state_.choose(name, version);
  if (choice.model == nullptr) return refuse(std::move(choice.problem));
  opening.model = choice.model;
  const codec::PredictOptions& options = opening.query.options;
  if (!head.query.empty()) {
    if (auto wrong = read_query(head.query, opening.model->features, opening.query)) return refuse(std::move(*wrong));
  }
  if (!options.version.empty() && version.empty()) {
    version = options.version;
    choice = state_.choose(name, version);
    if (choice.model == nullptr) return refuse(std::move(choice.problem));
    opening.model = choice.model;
  }
  opening.method = options.method.value_or(model::Method::predict);
  if (!opening.model->features.offers(opening.method)) {
    return refuse(field_problem("/method", "model \"" + opening.model->loaded->name + "\" does not offer " +
                                               std::string(to_string(opening.method)) +
                                               "; offered: " + opening.model->features.offered_names()));
  }
  if (options.explain_top > 0) {
    return refuse(field_problem("/explain", "explanations are not offered by this model"));
  }
  opening.kind = body_kind(head);
  auto format = slice_format(head, opening.kind, opening.query);
  if (!format) return refuse(std::move(format).error());
  opening.format = *format;
  const codec::ResultWriter& writer = opening.model->writer(opening.method);
  opening.reply = reply_type(head.header("Accept"), opening.kind, writer);
  if (opening.reply == kReplyTypes.size()) return refuse(not_acceptable(writer));
  return true;
}

void NativeStreams::dispose(Stream& stream) noexcept {
  const auto found = std::find_if(streams_.begin(), streams_.end(),
                                  [&stream](const std::unique_ptr<Stream>& each) { return each.get() == &stream; });
  std::swap(*found, streams_.back());
  streams_.pop_back();
}

}  // namespace pelton::api
