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
#include "core/clock.hpp"
#include "http/responder.hpp"
#include "math/matrix_view.hpp"

namespace pelton::api {

/// What a dialect wants of a request, once it has read its rows.
struct Wish {
  ServedModel* model = nullptr;
  std::span<const model::Method> methods;  ///< at least one, each once; the model offers them all (asserted)
  /// The request's rows, [first_row, end) of the open batch of the model's lane for the first method.
  std::size_t first_row = 0;
  bool single = false;                                     ///< one bare row was sent
  std::string_view id;                                     ///< to be given back, in the dialect's own spelling
  std::optional<core::Duration> timeout;                   ///< what the caller asked for
  batching::Priority priority = 0;                         ///< 1 first … 100 last; 0 the middle
  std::uint64_t note = 0;                                  ///< for the dialect itself, given back as it is
  std::array<std::uint32_t, model::kMethodCount> notes{};  ///< likewise, by place in `methods`
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

  /// Where the rows of a request for that model are read to: they ride in this method's batches.
  math::RowBuffer& rows(const ServedModel& model, model::Method method) {
    return state_.predictor().lane(*model.loaded, method).batcher().rows();
  }

  /// Asked before the rows are read: whether the model is so overloaded that they would be turned away.
  /// Then the 503 is sent, and the request is done with. `priority` is what is known without the body; a body
  /// in which one of `deciding` stands (quoted names of members) is to be read first, for it may be urgent, or for
  /// another model. Costs two loads while nothing is overloaded.
  bool refuse_unread(const http::RequestView& request, http::Responder& responder, ServedModel& model,
                     model::Method method, const AnswerForm& form, batching::Priority priority = 0,
                     std::span<const std::string_view> deciding = kDeciding) {
    return state_.predictor().lane(*model.loaded, method).batcher().refuses(priority) &&
           refuse_full(request, responder, model, method, form, deciding);
  }
  static constexpr std::array<std::string_view, 1> kDeciding{"\"priority\""};

  /// Enters the rows. The answer follows by `form`, which must outlive this: at once if it is a refusal
  /// (the queue is full), else when every method has been scored.
  void submit(const http::RequestView& request, http::Responder responder, const Wish& wish, const AnswerForm& form);

 private:
  struct Part;
  struct Call;

  bool refuse_full(const http::RequestView& request, http::Responder& responder, ServedModel& model,
                   model::Method method, const AnswerForm& form, std::span<const std::string_view> deciding);
  void reply_full(const http::RequestView& request, http::Responder responder, ServedModel& model,
                  const batching::Batcher& full, Dialect dialect);
  core::TimePoint began(const http::RequestView& request) const noexcept;
  Call& prepare(const http::RequestView& request, const Wish& wish, const AnswerForm& form);
  static bool share_rows(Call& call, std::size_t first_row);
  static bool enter(Call& call);

  static void done(batching::Ticket& ticket, const batching::Outcome& outcome);
  void take(Call& call, Part& part, const batching::Outcome& outcome);
  void answer(Call& call);
  void count(Call& call, int status);
  int write(Call& call);
  int write_problem(Call& call, const codec::Problem& problem);

  Call& take_call();
  void give_back(Call& call) noexcept;

  ThreadState& state_;
  metrics::Counter& overloaded_;          ///< pelton_rejected_total, by reason
  metrics::Counter& expired_;             ///< likewise
  std::vector<std::string> full_bodies_;  ///< by Dialect, once written
  std::vector<std::unique_ptr<Call>> calls_;
  Call* free_ = nullptr;
};

}  // namespace pelton::api
