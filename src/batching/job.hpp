#pragma once

#include <cstddef>

#include "core/clock.hpp"

namespace pelton::batching {

/// Whose turns are charged together; the FairQueue's own.
class Flow {
 private:
  friend class FairQueue;
  core::Duration end_{0};  ///< of its last turn, in the queue's virtual time
};

/// One turn's work for the pool, embedded in its owner, which keeps it alive until `run` has returned.
/// Submitted again only then.
class Job {
 public:
  explicit Job(Flow& owner) noexcept : flow_(owner) {}
  virtual ~Job() = default;
  /// On a pool thread. `threads` is how many it may keep busy, its own included. Must not throw.
  virtual void run(std::size_t threads) noexcept = 0;

  // Set before it is submitted:
  core::Duration cost{0};        ///< what the turn is expected to take
  core::Duration correction{0};  ///< what earlier turns of the flow took beyond what was expected of them
  bool shares = false;           ///< whether several threads would pay
  // Set when it is submitted:
  bool queued = false;  ///< every thread was busy with other turns

 private:
  friend class FairQueue;
  Flow& flow_;
  core::Duration start_{0};  ///< of this turn, in the queue's virtual time
  Job* next_ = nullptr;
};

/// What runs jobs, later and elsewhere.
class JobRunner {
 public:
  virtual ~JobRunner() = default;
  /// Thread-safe.
  virtual void submit(Job& job) = 0;
  /// Whether one more job would be begun at once. Thread-safe; it may be otherwise a moment later.
  virtual bool has_idle() const noexcept = 0;
};

}  // namespace pelton::batching
