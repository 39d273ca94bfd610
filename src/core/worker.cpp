#include "core/worker.hpp"

namespace pelton::core {

Worker::Worker(std::size_t most_waiting) : most_waiting_(most_waiting), thread_([this] { work(); }) {}

bool Worker::submit(Errand& errand) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || waiting_ == most_waiting_) return false;
    errand.next_ = nullptr;
    *end_ = &errand;
    end_ = &errand.next_;
    ++waiting_;
  }
  wake_.notify_one();
  return true;
}

void Worker::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Worker::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return stopping_ || first_ != nullptr; });
    if (stopping_) return;
    Errand* const errand = first_;
    first_ = errand->next_;
    if (first_ == nullptr) end_ = &first_;
    --waiting_;
    lock.unlock();
    errand->run();
    lock.lock();
  }
}

}  // namespace pelton::core
