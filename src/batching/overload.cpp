#include "batching/overload.hpp"

#include <algorithm>
#include <utility>

namespace pelton::batching {

namespace {
/// More late answers than one in so many make the limit shrink, by a fifth: a few are the machine's, and would be
/// late in shorter batches too.
constexpr std::size_t kLateShare = 8;
/// A window in which fewer were answered tells too little.
constexpr std::size_t kWindowAnswers = 16;
}  // namespace

void Overload::taken(core::TimePoint now, const Left& left) noexcept {
  objective_ = left.objective;
  const bool stands = left.oldest_wait > left.objective / 5;
  if (!active_) {
    if (!stands) return cleared();
    if (!std::exchange(standing_, true)) standing_since_ = now;
    if (now - standing_since_ < std::max(kInterval, left.objective / 2)) return;
    active_ = true;
    limit_ = std::max<std::size_t>(1, left.batch_rows);
    pressed_ = window_began_ = now;
    answers_ = late_ = 0;
    bound_ = false;
    return;
  }
  if (stands) pressed_ = now;
  look(now);
  if (active_) adapt(now, left);
}

void Overload::adapt(core::TimePoint now, const Left& left) noexcept {
  // Beyond two batches the second one's rows would be late even if all went well. Below what is worth a turn
  // the delay is not the queue's, and fewer rows would only waste the model's time.
  const std::size_t most = std::max<std::size_t>(1, 2 * left.batch_rows);
  const std::size_t least = std::clamp<std::size_t>(left.least_rows, 1, most);
  limit_ = std::clamp(limit_, least, most);
  if (answers_ < kWindowAnswers || now - window_began_ < objective_) return;
  if (late_ * kLateShare > answers_) {
    limit_ = std::max(least, limit_ - (limit_ + 4) / 5);
  } else if (bound_) {
    limit_ = std::min(most, limit_ + (limit_ + 15) / 16);
  }
  window_began_ = now;
  answers_ = late_ = 0;
  bound_ = false;
}

}  // namespace pelton::batching
