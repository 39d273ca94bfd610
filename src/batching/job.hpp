#pragma once

#include <cstddef>

#include "core/clock.hpp"

namespace pelton::batching {

/// One party's work for the pool, a turn at a time, embedded in its owner, which keeps it alive until `run`
/// has returned. Submitted again only then.
class Job {
 public:
  virtual ~Job() = default;
  /// On a pool thread. `threads` is how many it may keep busy, its own included. Must not throw.
  virtual void run(std::size_t threads) noexcept = 0;

  // Set before it is submitted:
  core::Duration spent{0};  ///< what its last turn took; charged to its owner
  bool shares = false;      ///< whether several threads would pay
  // Set when it is submitted:
  bool queued = false;  ///< every thread was busy with the turns of others

 private:
  friend class FairQueue;
  core::Duration start_{0};  ///< of its turn, in the queue's virtual time
  Job* next_ = nullptr;
};

/// What runs jobs, later and elsewhere.
class JobRunner {
 public:
  virtual ~JobRunner() = default;
  /// Thread-safe.
  virtual void submit(Job& job) = 0;
};

}  // namespace pelton::batching
