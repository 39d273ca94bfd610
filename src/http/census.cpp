#include "http/census.hpp"

namespace pelton::http {

bool Census::room() {
  if (open_.load() < most_) return true;
  awaited_.store(true);
  // One may have closed between the two lines above, and then nobody would run `resume`.
  return open_.load() < most_ && awaited_.exchange(false);
}

void Census::on_room(core::EventLoop& loop, core::Task& resume) {
  loop_ = &loop;
  resume_ = &resume;
}

/// Whoever comes through a unix socket has no address of his own to be counted by.
bool Census::counts(std::string_view address) const noexcept { return most_per_address_ != 0 && address != "unix"; }

bool Census::enter(std::string_view address) {
  if (counts(address)) {
    const std::lock_guard lock(mutex_);
    std::size_t& count = per_address_[std::string(address)];
    if (count >= most_per_address_) return false;
    ++count;
  }
  open_.fetch_add(1);
  return true;
}

void Census::finish() {
  finished_.fetch_add(1);
  changed();
}

void Census::leave(std::string_view address, bool finished) {
  if (counts(address)) {
    const std::lock_guard lock(mutex_);
    const auto found = per_address_.find(std::string(address));
    if (found != per_address_.end() && --found->second == 0) per_address_.erase(found);
  }
  if (finished) finished_.fetch_sub(1);
  open_.fetch_sub(1);
  if (awaited_.load() && awaited_.exchange(false)) loop_->post(*resume_);
  changed();
}

void Census::changed() {
  if (!watched_.load()) return;
  const std::lock_guard lock(mutex_);
  changed_.notify_all();
}

bool Census::wait_finished(core::Duration patience) {
  std::unique_lock lock(mutex_);
  watched_.store(true);
  return changed_.wait_for(lock, patience, [this] { return open_.load() == finished_.load(); });
}

void Census::wait_gone(core::Duration patience) {
  std::unique_lock lock(mutex_);
  watched_.store(true);
  changed_.wait_for(lock, patience, [this] { return open_.load() == 0; });
}

}  // namespace pelton::http
