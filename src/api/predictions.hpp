#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/dialect.hpp"
#include "api/thread_state.hpp"
#include "batching/ticket.hpp"
#include "codec/predict_request.hpp"
#include "core/clock.hpp"
#include "http/responder.hpp"
#include "math/matrix_view.hpp"

namespace pelton::api {

/// The priority that a caller asked for, as the batches know it.
inline batching::Priority priority_of(const codec::PredictOptions& options) noexcept {
  return static_cast<batching::Priority>(options.priority.value_or(0));
}

/// What a dialect wants of a request, once it has read its rows.
struct Wish {
  ServedModel* model = nullptr;
  std::span<const model::Method> methods;           ///< at least one, each once; the model offers them all (asserted)
  model::Method read_for = model::Method::predict;  ///< as Unread::method: in whose batches the rows lie
  std::size_t first_row = 0;                        ///< they are [first_row, end) there
  bool single = false;                              ///< one bare row was sent
  std::string_view id{};                            ///< to be given back, in the dialect's own spelling
  std::optional<core::Duration> timeout{};          ///< what the caller asked for
  batching::Priority priority = 0;                  ///< 1 first … 100 last; 0 the middle
  std::uint64_t note = 0;                           ///< for the dialect itself, given back as it is
  std::array<std::uint32_t, model::kMethodCount> notes{};  ///< likewise, by place in `methods`
};

/// What is known of a request before its body has been read.
struct Unread {
  ServedModel& model;
  model::Method method;  ///< that is wanted as far as is known: its rows are read for this method's batches
  Dialect dialect;
  batching::Priority priority = 0;  ///< as it stands outside the body
  /// What makes a body worth reading whatever the queue, because it may be for other batches: names in their quotes.
  std::span<const std::string> deciding{};
};

/// A request's results, on their way into a reply. Views are valid during the call only.
struct Answer {
  struct Output {
    model::Method method;
    math::ConstMatrix results;  ///< [rows, width of the method]
    std::uint32_t note;
  };
  const ServedModel& model;
  std::span<const Output> outputs;  ///< as Wish::methods
  bool single;
  std::string_view id;
  std::uint64_t note;
  std::string_view headers;  ///< complete lines that every answer has
};

/// How a dialect answers: stateless, one object for all requests.
class AnswerForm {
 public:
  virtual ~AnswerForm() = default;

  virtual Dialect dialect() const noexcept = 0;
  /// Begins the reply and writes its body; whoever calls finishes it.
  virtual void write(const Answer& answer, http::Responder& responder) const = 0;
  /// Where row `row` stands in the body of a request: a JSON pointer.
  virtual std::string row_pointer(std::size_t row, bool single) const = 0;
};

/// Takes requests of every dialect, once read, through the batches to their answers. One object an
/// event loop; loop thread only. Allocates nothing once warm.
class Predictions {
 public:
  explicit Predictions(ThreadState& state);
  ~Predictions();

  /// Where the rows of a request are read to: the open batch of its model and method. Null where that is so
  /// overloaded that they would be turned away whatever they are: then the refusal is sent, and the request is done
  /// with. A body in which a priority or another method of the model is named is read all the same: it may be urgent,
  /// or for batches that are not full. Costs two loads while nothing is overloaded.
  math::RowBuffer* rows_for(const http::RequestView& request, http::Responder& responder, const Unread& unread) {
    batching::Batcher& batcher = state_.predictor().lane(*unread.model.loaded, unread.method).batcher();
    // To refuse a small request takes as long as to answer it: that wins no time back.
    const core::Backlog backlog = request.body.size() < kSoonRead ? core::Backlog{} : request.backlog;
    if (batcher.refuses(unread.priority, backlog) && refuse_full(request, responder, unread, batcher)) return nullptr;
    return &batcher.rows();
  }

  /// Enters the rows, in the batches of every method that is wanted. The answer follows by `form`, which must
  /// outlive this: at once if it is a refusal
  /// (the queue is full), else when every method has been scored.
  void submit(const http::RequestView& request, http::Responder responder, const Wish& wish, const AnswerForm& form);

 private:
  /// Bytes of JSON that are read in a few microseconds.
  static constexpr std::size_t kSoonRead = 4096;

  struct Part;
  struct Call;

  bool refuse_full(const http::RequestView& request, http::Responder& responder, const Unread& unread,
                   batching::Batcher& full);
  void reply_full(const http::RequestView& request, http::Responder responder, ServedModel& model,
                  const batching::Batcher& full, Dialect dialect);
  core::TimePoint began(const http::RequestView& request) const noexcept;
  Call& prepare(const http::RequestView& request, const Wish& wish, const AnswerForm& form);
  bool share_rows(Call& call, const Wish& wish);
  static bool enter(Call& call);

  static batching::Caller ask(const batching::Ticket& ticket);
  static void done(batching::Ticket& ticket, const batching::Outcome& outcome);
  void take(Call& call, Part& part, const batching::Outcome& outcome);
  void answer(Call& call);
  void count(Call& call, int status);
  int write(Call& call);
  int write_outcome(Call& call);
  int write_problem(Call& call, const codec::Problem& problem);

  Call& take_call();
  void give_back(Call& call) noexcept;

  ThreadState& state_;
  std::vector<std::string> full_bodies_;  ///< by Dialect, once written
  std::vector<std::unique_ptr<Call>> calls_;
  Call* free_ = nullptr;
};

}  // namespace pelton::api
