#pragma once

#include "batching/job.hpp"

namespace pelton::batching {

/// Which job is next: start-time fair queueing. Whoever has had the least time goes first; who asks for
/// little waits for one turn of the others at most, however much they ask for.
///
/// A job's turn starts, in virtual time, when the queue's time has come to where the job's last turn ended:
/// start = max(virtual time, last start + what that turn took), and virtual time is the start of the turn
/// taken last. So nobody saves up time by being idle. Costs are charged once they are known, none is
/// estimated. Source: P. Goyal, H. Vin, H. Cheng, "Start-time Fair Queuing", SIGCOMM 1996. Intrusive,
/// allocates nothing; pushing takes time in proportion to the jobs that wait. Not thread-safe.
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
