#pragma once

#include "core/clock.hpp"

namespace pelton::core {

/// A piece of deferred work embedded in the object it works for, so queueing it allocates nothing.
///
/// A task may be queued again once its `run` has begun; queueing it while it waits is an error. Its
/// owner keeps it alive until it ran.
class Task {
 public:
  using Run = void (*)(Task&);
  explicit Task(Run action) noexcept : run_(action) {}
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;

  void run() { run_(*this); }

  Task* next = nullptr;  ///< link for the queue that holds the task

 private:
  Run run_;
};

/// The one thread that owns a set of connections, seen by those who do work on it.
///
/// A round is: every socket that was readable when the loop last looked is handled, then the
/// deferred tasks run, in the order they were deferred.
class EventLoop {
 public:
  virtual ~EventLoop() = default;

  /// Runs `task` at the end of the current round. Loop thread only.
  virtual void defer(Task& task) = 0;
  /// From this look at the sockets to the next, requests are to gather for `spell` (the shortest that is asked for
  /// in a round): what is done elsewhere needs the processor more than reading them one by one. Loop thread only.
  virtual void let_gather(Duration spell) noexcept = 0;
  /// Runs `task` on the loop's thread soon. Any thread.
  virtual void post(Task& task) = 0;
  /// The clock the loop's deadlines are measured by.
  virtual const Clock& clock() const noexcept = 0;
};

}  // namespace pelton::core
