#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <thread>
#include <vector>

#include "batching/fair_queue.hpp"
#include "batching/job.hpp"

namespace pelton::batching {

/// Threads that score what is too dear for an io thread, for every io thread and model, in fair turns.
///
/// They run at a lower priority (nice +5) than the io threads, so that reading, refusing and cheap models do
/// not wait for a processor that a dear one has. A job runs on several threads where that pays and nobody
/// else needs them. Thread-safe. The destructor runs what was submitted, then joins.
class ScoringPool final : public JobRunner {
 public:
  explicit ScoringPool(std::size_t threads);
  ~ScoringPool() override;
  ScoringPool(const ScoringPool&) = delete;
  ScoringPool& operator=(const ScoringPool&) = delete;

  void submit(Job& job) override;
  bool has_idle() const noexcept override { return busy_.load(std::memory_order_relaxed) < workers_.size(); }
  std::size_t threads() const noexcept { return workers_.size(); }

 private:
  void work();

  std::mutex mutex_;
  std::condition_variable wake_;
  FairQueue queue_;
  std::size_t idle_ = 0;
  std::atomic<std::size_t> busy_ = 0;  ///< threads that jobs have or wait for
  bool stopping_ = false;
  std::vector<std::thread> workers_;
};

}  // namespace pelton::batching
