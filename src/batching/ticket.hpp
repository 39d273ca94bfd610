#pragma once

#include <cstddef>
#include <cstdint>

#include "core/clock.hpp"
#include "math/matrix_view.hpp"

namespace pelton::batching {

/// How a request's rows fared.
struct Outcome {
  enum class Status {
    scored,
    expired,  ///< the deadline passed before the answer was there
    shed,     ///< waited in vain: the model was overloaded, and the objective out of reach
    failed,   ///< scoring threw: out of memory
    gone,     ///< nobody waits for the answer any more
  };
  Status status = Status::scored;
  math::ConstMatrix results{};  ///< [rows of the ticket, width]; valid during the call; empty unless scored
  math::ConstMatrix rows{};     ///< what was scored: [rows of the ticket, cols]; likewise
  core::Duration queued{0};     ///< from submission to the start of scoring
  core::Duration scoring{0};    ///< of the whole batch; of all its slices where a big request had several
  std::size_t batch_rows = 0;
};

/// Which of the waiting requests go first where not all fit: 1 first … 100 last; 0 means the middle, 50.
using Priority = std::uint8_t;
inline constexpr Priority kLastPriority = 100;
inline constexpr Priority kMiddlePriority = 50;
/// Of those who have hung up: behind all others.
inline constexpr Priority kHungUpPriority = kLastPriority + 1;

/// Whether somebody waits for an answer.
enum class Caller : std::uint8_t {
  there,
  hung_up,  ///< says no more; may read the answer, and may be a client that has given up
  gone,     ///< the answer could not be delivered
};

/// One request's stake in a batch, embedded in whatever waits for the answer; lives until `done`.
struct Ticket {
  using Done = void (*)(Ticket&, const Outcome&);
  using Ask = Caller (*)(const Ticket&);

  Done done = nullptr;                                ///< called once, on the loop's thread
  Ask ask = nullptr;                                  ///< after the caller, on the loop's thread; null: always there
  core::TimePoint submitted{};                        ///< when the request was read
  core::TimePoint deadline = core::TimePoint::max();  ///< not answered with a result after this
  Priority priority = 0;
  bool begun = false;    ///< the answer has: a queue that is full or overloaded makes it wait, not fail
  std::size_t rows = 0;  ///< set by the Batcher

  Caller caller() const { return ask != nullptr ? ask(*this) : Caller::there; }

  // The Batcher's own:
  core::TimePoint entered{};  ///< the round it was submitted in
  std::size_t first = 0;      ///< its first row in the buffer that holds it
  Ticket* previous = nullptr;
  Ticket* next = nullptr;
};

/// Scores a batch; knows the model that the Batcher does not.
class Scorer {
 public:
  virtual ~Scorer() = default;
  /// Writes every row of `out` [n, width] from `rows` [n, cols], on the io thread or a pool thread,
  /// at any time by one or both: thread-safe. May use `threads` threads. May throw std::bad_alloc.
  virtual void score(math::ConstMatrix rows, math::Matrix out, std::size_t threads) = 0;
};

/// Told of each batch on the loop's thread, for metrics.
class BatchObserver {
 public:
  virtual ~BatchObserver() = default;
  virtual void scored(std::size_t rows, core::Duration took) noexcept = 0;
  virtual void waiting(std::size_t rows) noexcept = 0;
};

}  // namespace pelton::batching
