#pragma once

#include <condition_variable>
#include <mutex>

#include "core/event_loop.hpp"

namespace pelton::test {

/// An event loop whose rounds the test runs: nothing happens until `run_round`.
class ManualLoop final : public core::EventLoop {
 public:
  explicit ManualLoop(const core::Clock& clock) : clock_(clock) {}

  void defer(core::Task& task) override { push(deferred_, task); }
  void let_gather(core::Duration spell) noexcept override { gathering = spell; }
  void post(core::Task& task) override {
    const std::lock_guard lock(mutex_);
    push(posted_, task);
    arrived_.notify_all();
  }
  const core::Clock& clock() const noexcept override { return clock_; }

  core::Duration gathering{0};  ///< what the last who asked for it wanted

  /// Runs what was posted and deferred before the call; returns how many tasks ran.
  int run_round() {
    List posted;
    {
      const std::lock_guard lock(mutex_);
      posted = posted_;
      posted_ = {};
    }
    const List deferred = deferred_;
    deferred_ = {};
    return run(posted) + run(deferred);
  }
  /// Waits until another thread has posted something, then runs a round.
  int wait_and_run() {
    {
      std::unique_lock lock(mutex_);
      arrived_.wait(lock, [this] { return posted_.first != nullptr; });
    }
    return run_round();
  }

 private:
  struct List {
    core::Task* first = nullptr;
    core::Task* last = nullptr;
  };
  static void push(List& list, core::Task& task) {
    task.next = nullptr;
    (list.last != nullptr ? list.last->next : list.first) = &task;
    list.last = &task;
  }
  static int run(const List& list) {
    int ran = 0;
    for (core::Task* task = list.first; task != nullptr; ++ran) {
      core::Task* const next = task->next;
      task->run();
      task = next;
    }
    return ran;
  }

  const core::Clock& clock_;
  List deferred_;
  List posted_;
  std::mutex mutex_;
  std::condition_variable arrived_;
};

}  // namespace pelton::test
