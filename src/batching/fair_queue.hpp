#pragma once

#include "batching/job.hpp"

namespace pelton::batching {

/// Which job is next: start-time fair queueing. Whoever has had the least time goes first; who asks for
/// little waits for one turn of the others at most, however much they ask for.
///
/// A job's turn starts, in virtual time, where the last turn of its flow ends, and not before the queue's own
/// time, which is the start of the turn taken last: so nobody saves up time by being idle. It ends after
/// what it is expected to cost; what it cost beyond that is charged to the flow's next. Source: P. Goyal, H. Vin, H.
/// Cheng, "Start-time Fair Queuing", SIGCOMM 1996. Intrusive, allocates nothing; pushing takes time in proportion to
/// the jobs that wait. Not thread-safe.
class FairQueue {
 public:
  bool empty() const noexcept { return first_ == nullptr; }
  void push(Job& job) noexcept;
  /// Takes the job whose turn it is; null where none waits.
  Job* pop() noexcept;

 private:
  Job* first_ = nullptr;  ///< by start, equals as they came
  core::Duration virtual_time_{0};
};

}  // namespace pelton::batching
