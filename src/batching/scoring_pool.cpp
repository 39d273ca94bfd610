#include "batching/scoring_pool.hpp"

namespace pelton::batching {

ScoringPool::ScoringPool(std::size_t threads) {
  workers_.reserve(threads);
  for (std::size_t i = 0; i < threads; ++i) workers_.emplace_back([this] { work(); });
}

ScoringPool::~ScoringPool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

void ScoringPool::submit(Job& job) {
  {
    const std::lock_guard lock(mutex_);
    job.next_ = nullptr;
    (last_ != nullptr ? last_->next_ : first_) = &job;
    last_ = &job;
  }
  wake_.notify_one();
}

void ScoringPool::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    ++idle_;
    wake_.wait(lock, [this] { return first_ != nullptr || stopping_; });
    --idle_;
    if (first_ == nullptr) return;
    Job* job = first_;
    first_ = job->next_;
    if (first_ == nullptr) last_ = nullptr;
    // Threads nobody else needs at this moment may help with this job.
    const std::size_t threads = first_ == nullptr ? idle_ + 1 : 1;
    lock.unlock();
    job->run(threads);
    lock.lock();
  }
}

}  // namespace pelton::batching
