#include "api/quotas/quota_gate.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "api/header_lines.hpp"

namespace pelton::api {

namespace {

constexpr int kStatus = 429;
constexpr std::size_t kLimits = 2;

/// A client that asks again at once is not read from for so long: refusing it is to cost little.
constexpr core::Duration kLongestRespite = std::chrono::milliseconds(25);

codec::Problem problem_of(QuotaTable::Limit limit) {
  const std::string what = limit == QuotaTable::Limit::rows ? "rows" : "requests";
  return {.status = kStatus, .detail = "more " + what + " than a client may have; try again later", .errors = {}};
}

}  // namespace

bool QuotaGate::turns_away(const http::RequestView& request, http::Responder& responder, Dialect dialect) {
  const std::string_view address = state_.shared().settings.trusted_proxies.client(request);
  const QuotaTable::Verdict verdict = table_.admit(client_key(address), request.handed_over);
  if (verdict.admitted()) [[likely]]
    return false;
  state_.rejections().over_quota();
  HeaderLines headers;
  headers.integer("Retry-After", std::chrono::ceil<std::chrono::seconds>(verdict.wait).count());
  if (const std::string_view id = request_id(request); !id.empty()) headers.text("X-Request-Id", id);
  // Only whose own connection it is may be kept waiting: one from a proxy, or a unix socket, may be others' too.
  const bool own = address.data() == request.peer.data() && address != "unix";
  const codec::ProblemShape& shape = problem_shape(dialect);
  state_.reply(request, std::move(responder),
               {.status = shape.status(kStatus),
                .content_type = shape.content_type,
                .headers = headers.view(),
                .respite = own ? std::min(verdict.wait, kLongestRespite) : core::Duration(0)},
               body(dialect, verdict.limit), dialect);
  return true;
}

/// The refusal's text, written once.
const std::string& QuotaGate::body(Dialect dialect, QuotaTable::Limit limit) {
  bodies_.resize(kDialectCount * kLimits);
  std::string& body = bodies_[static_cast<std::size_t>(dialect) * kLimits + static_cast<std::size_t>(limit)];
  if (body.empty()) {
    core::TextBuffer text;
    problem_shape(dialect).append(text, problem_of(limit));
    body = text.view();
  }
  return body;
}

}  // namespace pelton::api
