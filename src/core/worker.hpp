#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <thread>

namespace pelton::core {

/// What may take long and must not be done on an event loop. Embedded in its owner, which keeps it alive until
/// `run` has returned or the worker has stopped.
class Errand {
 public:
  virtual ~Errand() = default;
  /// On the worker's thread.
  virtual void run() noexcept = 0;

 private:
  friend class Worker;
  Errand* next_ = nullptr;
};

/// One thread that runs errands, first come, first served. Thread-safe.
class Worker {
 public:
  explicit Worker(std::size_t most_waiting);
  ~Worker() { stop(); }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// False, with nothing done, where as many wait as may, or the worker has stopped.
  bool submit(Errand& errand);
  /// Ends the errand in hand and forgets those that wait: nothing runs afterwards.
  void stop();

 private:
  void work();

  std::mutex mutex_;
  std::condition_variable wake_;
  Errand* first_ = nullptr;
  Errand** end_ = &first_;
  std::size_t waiting_ = 0;
  const std::size_t most_waiting_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace pelton::core
