#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>

#include "core/clock.hpp"

namespace pelton::batching {

/// Whether a lane is overloaded, and how many rows may then wait. Arithmetic; time is passed in.
///
/// A lane is overloaded when its queue *stands*: for `interval` every batch that was taken left something
/// behind that had waited longer than a fifth of the objective: it has the better part of three turns of three tenths
/// to wait for. A burst that clears sooner is no overload. (The criterion of CoDel,
/// https://www.rfc-editor.org/rfc/rfc8289, which looks at the time in the queue, not at its length.) While overloaded,
/// the rows that may wait follow the measured delay: down by a fifth when answers come late, up by a sixteenth when all
/// come in time though some were refused (additive increase is as good and slower; what matters is that the controlled
/// quantity is the delay that callers see, for a queue sized by the estimated rate alone collapses as soon as the
/// estimate is wrong). It ends when nothing had to be refused or shed for a while: long enough for a queue to stand
/// again, if it still would.
class Overload {
 public:
  static constexpr core::Duration kInterval{std::chrono::milliseconds(100)};
  static constexpr core::Duration kCalm{std::chrono::milliseconds(500)};

  bool active() const noexcept { return active_; }
  /// Rows that may wait; any number while not overloaded, at least one.
  std::size_t limit() const noexcept { return active_ ? limit_ : std::numeric_limits<std::size_t>::max(); }

  /// What a batch left behind when it was taken.
  struct Left {
    core::Duration oldest_wait{0};  ///< of what still waits; zero where nothing does
    core::Duration objective{0};    ///< what requests are to be answered within
    std::size_t batch_rows = 0;     ///< the most that a batch may take
    std::size_t least_rows = 0;     ///< fewer than these are not worth a turn
  };
  void taken(core::TimePoint now, const Left& left) noexcept;
  /// A batch that was taken left nothing; only while not overloaded.
  void cleared() noexcept { standing_ = false; }
  /// Ends it if nothing has been refused or shed for long enough.
  void look(core::TimePoint now) noexcept {
    if (active_ && now - pressed_ > std::max(kCalm, 2 * objective_)) active_ = standing_ = false;
  }
  /// A request was answered so long after it had entered. Past three quarters of the objective counts as late: it had
  /// been read before, and has to be sent.
  void answered(core::Duration delay) noexcept {
    ++answers_;
    if (delay > objective_ / 4 * 3) ++late_;
  }
  /// A request was dropped because it had waited too long.
  void shed(core::TimePoint now) noexcept {
    ++answers_;
    ++late_;
    pressed_ = now;
  }
  /// A request was turned away.
  void refused(core::TimePoint now) noexcept {
    bound_ = true;
    pressed_ = now;
  }

 private:
  void adapt(core::TimePoint now, const Left& left) noexcept;

  bool active_ = false;
  bool standing_ = false;
  core::TimePoint standing_since_{};
  core::TimePoint pressed_{};  ///< last time that something had to be refused or shed
  core::Duration objective_{0};

  std::size_t limit_ = 1;
  core::TimePoint window_began_{};
  std::size_t answers_ = 0;  ///< in this window
  std::size_t late_ = 0;
  bool bound_ = false;  ///< the limit made a difference in this window
};

}  // namespace pelton::batching
