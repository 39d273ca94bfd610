#include "core/backlog_meter.hpp"

#include <algorithm>

namespace pelton::core {

void BacklogMeter::looked(TimePoint now, int ready, bool all) noexcept {
  const Duration unseen = now - seen_all_;
  if (unseen > kPrompt) {
    if (!behind_since_) behind_since_ = now;
    behind_last_ = now;
  } else if (behind_since_ && (behind_last_ - *behind_since_ < kSpell || now - behind_last_ > kCalm)) {
    behind_since_.reset();
  }
  looked_ = now;
  unseen_ = all ? unseen : unseen / 2;
  apart_ = all ? unseen / std::max(ready, 1) : Duration(0);
  if (all) seen_all_ = now;
}

}  // namespace pelton::core
