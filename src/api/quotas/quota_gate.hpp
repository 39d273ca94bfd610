#pragma once

#include <string>
#include <vector>

#include "api/dialect.hpp"
#include "api/quotas/quota_table.hpp"
#include "api/thread_state.hpp"
#include "http/request_view.hpp"
#include "http/responder.hpp"

namespace pelton::api {

/// Answers requests beyond their client's quota: 429 with Retry-After, as the dialect tells it, before the body is
/// looked at. One an event loop; loop thread only.
class QuotaGate {
 public:
  explicit QuotaGate(ThreadState& state) noexcept : state_(state), table_(state.shared().quotas) {}

  /// Whether clients have quotas.
  bool on() const noexcept { return table_.limits_anything(); }
  /// Counts the request; whether it was too many. Then it has been answered, and is done with. Where clients have
  /// quotas.
  bool turns_away(const http::RequestView& request, http::Responder& responder, Dialect dialect);

 private:
  const std::string& body(Dialect dialect, QuotaTable::Limit limit);

  ThreadState& state_;
  QuotaTable& table_;
  std::vector<std::string> bodies_;  ///< by dialect and limit, once written
};

}  // namespace pelton::api
