#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "api/rejections.hpp"
#include "api/served_model.hpp"
#include "api/shared_state.hpp"
#include "codec/problem.hpp"
#include "core/event_loop.hpp"
#include "http/request_view.hpp"
#include "http/responder.hpp"
#include "serving/predictor.hpp"

namespace pelton::api {

/// Which model a request is for, or why there is none.
struct ModelChoice {
  ServedModel* model = nullptr;
  const serving::ModelVersions* versions = nullptr;  ///< the model's; valid until the catalog is asked for again
  codec::Problem problem{};                          ///< where model is null
};

/// What the dialects of one event loop share: the way to the models, and how an answer is counted,
/// logged and sent when it is not a prediction. Loop thread only.
class ThreadState {
 public:
  ThreadState(SharedState& shared, core::EventLoop& loop);

  SharedState& shared() noexcept { return shared_; }
  serving::Predictor& predictor() noexcept { return predictor_; }
  const serving::Predictor& predictor() const noexcept { return predictor_; }
  const core::Clock& clock() const noexcept { return loop_.clock(); }
  AnswerCounts& counts() noexcept { return counts_; }
  Rejections& rejections() noexcept { return rejections_; }
  std::size_t shard() const noexcept { return shard_; }

  /// The model of that name (empty: the default) and version (empty: the newest); 404 with
  /// did-you-mean, or 503 where nothing is loaded.
  ModelChoice choose(std::string_view name, std::string_view version);

  /// Whose quota the request counts against; whatever, where clients have none.
  ClientKey client(const http::RequestView& request) const noexcept {
    if (!shared_.quotas.limits_anything()) return {};
    return client_key(shared_.settings.trusted_proxies.client(request));
  }

  /// Answers with a body; counts it for `model` (null: for none) and logs it.
  void reply(const http::RequestView& request, http::Responder responder, const http::ReplyHead& head,
             std::string_view body, Dialect dialect = Dialect::http, ServedModel* model = nullptr);
  /// Answers with a problem, as the dialect tells it. `headers` are further complete lines.
  void reply_problem(const http::RequestView& request, http::Responder responder, const codec::Problem& problem,
                     Dialect dialect = Dialect::http, ServedModel* model = nullptr, std::string_view headers = {});

  /// A buffer for bodies made here, empty.
  core::TextBuffer& scratch() noexcept {
    scratch_.clear();
    return scratch_;
  }

 private:
  ServedModel& served(const serving::LoadedModel& loaded, const serving::ModelVersions& versions);
  void forget_unloaded(const serving::Catalog& catalog);

  SharedState& shared_;
  core::EventLoop& loop_;
  std::size_t shard_;
  serving::Predictor predictor_;
  AnswerCounts counts_;  // of answers that no model had a part in
  Rejections rejections_;
  std::unordered_map<std::uint64_t, std::unique_ptr<ServedModel>> served_;  // by LoadedModel::id
  ServedModel* last_ = nullptr;
  std::uint64_t seen_generation_ = 0;
  core::TextBuffer scratch_;
};

/// The value of X-Request-Id if it may be given back: printable ASCII, at most 128 characters.
std::string_view request_id(const http::RequestView& request) noexcept;

}  // namespace pelton::api
