#pragma once

#include <algorithm>
#include <optional>

#include "core/backlog.hpp"

namespace pelton::core {

/// Tells an event loop's Backlog from when it looks at its sockets. Arithmetic; time is passed in.
///
/// What is ready at a look became so since the last look that saw everything, or since the loop woke if it has slept
/// meanwhile. The loop is behind while that takes longer than `kPrompt`. Who was behind for `kSpell` is so until it has
/// kept up for `kCalm`: refusing what is late lets it catch up at once, and if that were the end of it, it would read
/// everything again, and everything late, until it is seen to be behind for the next time.
class BacklogMeter {
 public:
  static constexpr Duration kPrompt{std::chrono::milliseconds(1)};
  static constexpr Duration kSpell{std::chrono::milliseconds(100)};
  static constexpr Duration kCalm{std::chrono::milliseconds(500)};

  /// The loop had nothing to do until then.
  void woke(TimePoint at) noexcept { seen_all_ = std::max(seen_all_, at); }
  /// A look at `now` found `ready` sockets, which are all there are unless not `all`.
  void looked(TimePoint now, int ready, bool all) noexcept;
  /// What is owed at `now` to the i-th of them, in the order in which they became ready: taken as evenly over the time,
  /// and if there are more, as in the middle of it.
  Backlog owed(int i, TimePoint now) const noexcept {
    return {now - looked_ + unseen_ - i * apart_, behind_since_ ? now - *behind_since_ : Duration(0)};
  }

 private:
  TimePoint looked_{};
  TimePoint seen_all_{};
  Duration unseen_{0};  ///< of the first that was found
  Duration apart_{0};   ///< from one to the next
  std::optional<TimePoint> behind_since_;
  TimePoint behind_last_{};
};

}  // namespace pelton::core
