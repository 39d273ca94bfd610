#include "batching/scoring_pool.hpp"

#include <unistd.h>

namespace pelton::batching {

namespace {
constexpr int kNicer = 5;
}

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
  busy_.fetch_add(1, std::memory_order_relaxed);
  {
    const std::lock_guard lock(mutex_);
    job.queued = idle_ == 0;
    queue_.push(job);
  }
  wake_.notify_one();
}

void ScoringPool::work() {
  // On Linux the niceness is the thread's, and that of the threads it starts. Without it scoring goes on as well.
  [[maybe_unused]] const int niceness = nice(kNicer);
  std::unique_lock lock(mutex_);
  while (true) {
    ++idle_;
    wake_.wait(lock, [this] { return !queue_.empty() || stopping_; });
    --idle_;
    Job* const job = queue_.pop();
    if (job == nullptr) return;
    // Threads nobody else needs at this moment may help with this job.
    const std::size_t threads = job->shares && queue_.empty() ? idle_ + 1 : 1;
    lock.unlock();
    busy_.fetch_add(threads - 1, std::memory_order_relaxed);
    job->run(threads);
    busy_.fetch_sub(threads, std::memory_order_relaxed);
    lock.lock();
  }
}

}  // namespace pelton::batching
