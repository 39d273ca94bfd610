#include "http/tick_wheel.hpp"

#include <algorithm>

namespace pelton::http {

TickWheel::TickWheel(core::TimePoint now) noexcept : tick_(now.time_since_epoch() / kTick) {
  for (Head& head : slots_) head.previous_ = head.next_ = &head;
}

void TickWheel::remove(Entry& entry) noexcept {
  if (entry.next_ == nullptr) return;
  entry.previous_->next_ = entry.next_;
  entry.next_->previous_ = entry.previous_;
  entry.previous_ = entry.next_ = nullptr;
}

void TickWheel::place(Entry& entry) noexcept {
  remove(entry);
  // Beyond the wheel's span it is looked at in between and placed anew.
  entry.tick_ = std::clamp(tick_after(entry.deadline_), tick_ + 1, tick_ + kSlots - 1);
  Head& head = slots_[static_cast<std::size_t>(entry.tick_ % kSlots)];
  entry.previous_ = head.previous_;
  entry.next_ = &head;
  head.previous_->next_ = &entry;
  head.previous_ = &entry;
}

void TickWheel::advance(core::TimePoint now) {
  const std::int64_t last = now.time_since_epoch() / kTick;
  // After a long sleep one round sees every entry.
  tick_ = std::max(tick_, last - kSlots);
  while (tick_ < last) {
    ++tick_;
    Head& head = slots_[static_cast<std::size_t>(tick_ % kSlots)];
    while (head.next_ != &head) {
      Entry& entry = *head.next_;
      remove(entry);
      if (entry.deadline_ == kNever) continue;
      if (entry.deadline_ > now) {
        place(entry);
        continue;
      }
      entry.deadline_ = kNever;
      entry.on_deadline();
    }
  }
}

}  // namespace pelton::http
