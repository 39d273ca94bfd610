#include "api/unanswered.hpp"

namespace pelton::api {

batching::Caller caller_of(const http::Responder& responder) noexcept {
  if (!responder.wanted()) return batching::Caller::gone;
  return responder.hung_up() ? batching::Caller::hung_up : batching::Caller::there;
}

std::optional<codec::Problem> unscored_problem(batching::Outcome::Status status) {
  using Status = batching::Outcome::Status;
  switch (status) {
    case Status::expired:
      return codec::Problem{.status = 504, .detail = "the deadline passed before the answer was there", .errors = {}};
    case Status::shed:
      return codec::Problem{
          .status = 503,
          .detail = "the model is overloaded, and the answer would have come too late; try again later",
          .errors = {}};
    case Status::failed:
      return codec::Problem{.status = 503, .detail = "not enough memory to score this request", .errors = {}};
    case Status::gone:  // told to nobody, and counted under nginx's number
      return codec::Problem{.status = 499, .detail = "the client has closed its connection", .errors = {}};
    case Status::scored: break;
  }
  return std::nullopt;
}

const codec::Problem& queue_full() {
  static const codec::Problem problem{
      .status = 503, .detail = "the model's queue is full; try again later", .errors = {}};
  return problem;
}

}  // namespace pelton::api
