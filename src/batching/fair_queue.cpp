#include "batching/fair_queue.hpp"

#include <algorithm>

namespace pelton::batching {

void FairQueue::push(Job& job) noexcept {
  job.start_ = std::max(virtual_time_, job.flow_.end_ + job.correction);
  job.flow_.end_ = job.start_ + job.cost;
  Job** at = &first_;
  while (*at != nullptr && (*at)->start_ <= job.start_) at = &(*at)->next_;
  job.next_ = *at;
  *at = &job;
}

Job* FairQueue::pop() noexcept {
  Job* const job = first_;
  if (job == nullptr) return nullptr;
  first_ = job->next_;
  virtual_time_ = job->start_;
  return job;
}

}  // namespace pelton::batching
