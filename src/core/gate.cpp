#include "core/gate.hpp"

namespace pelton::core {

Gate::Pass Gate::enter() {
  const std::lock_guard lock(mutex_);
  if (closed_) return {};
  ++inside_;
  return Pass(this);
}

void Gate::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
}

bool Gate::closed() const {
  const std::lock_guard lock(mutex_);
  return closed_;
}

std::uint64_t Gate::inside() const {
  const std::lock_guard lock(mutex_);
  return inside_;
}

bool Gate::wait(Duration patience) {
  std::unique_lock lock(mutex_);
  return empty_.wait_for(lock, patience, [this] { return inside_ == 0; });
}

void Gate::leave() noexcept {
  const std::lock_guard lock(mutex_);
  // Notified under the lock: a waiter may destroy the gate as soon as it sees it empty.
  if (--inside_ == 0) empty_.notify_all();
}

}  // namespace pelton::core
