#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <thread>
#include <vector>

namespace pelton::batching {

/// Work for the scoring pool, embedded in its owner, which keeps it alive until `run` has returned.
class Job {
 public:
  virtual ~Job() = default;
  /// On a pool thread. `threads` is how many it may keep busy, its own included. Must not throw.
  virtual void run(std::size_t threads) noexcept = 0;

 private:
  friend class ScoringPool;
  Job* next_ = nullptr;
};

/// Threads that score what is too dear for an io thread, first come, first served, for every io
/// thread and model. Thread-safe. The destructor runs what was submitted, then joins.
class ScoringPool {
 public:
  explicit ScoringPool(std::size_t threads);
  ~ScoringPool();
  ScoringPool(const ScoringPool&) = delete;
  ScoringPool& operator=(const ScoringPool&) = delete;

  void submit(Job& job);
  std::size_t threads() const noexcept { return workers_.size(); }

 private:
  void work();

  std::mutex mutex_;
  std::condition_variable wake_;
  Job* first_ = nullptr;
  Job* last_ = nullptr;
  std::size_t idle_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> workers_;
};

}  // namespace pelton::batching
