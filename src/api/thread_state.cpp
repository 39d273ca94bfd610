#include "api/thread_state.hpp"

#include <algorithm>
#include <utility>

#include "core/suggest.hpp"

namespace pelton::api {

ThreadState::ThreadState(SharedState& shared, core::EventLoop& loop)
    : shared_(shared),
      loop_(loop),
      shard_(shared.next_shard.fetch_add(1, std::memory_order_relaxed)),
      predictor_(shared.repository, loop, shared.settings.batching, shared.pool, shared.registry, shared.statistics,
                 shard_),
      counts_(shared.registry, "", "", shard_),
      rejections_(shared.registry, shard_) {}

ModelChoice ThreadState::choose(std::string_view name, std::string_view version) {
  const serving::Catalog& catalog = predictor_.catalog();
  if (seen_generation_ != shared_.repository.generation()) forget_unloaded(catalog);
  const serving::ModelVersions* versions = name.empty() ? catalog.default_model() : catalog.find(name);
  if (versions == nullptr) {
    if (name.empty()) return {nullptr, nullptr, {.status = 503, .detail = "no model is loaded", .errors = {}}};
    return {nullptr,
            nullptr,
            {.status = 404,
             .detail = "no model named \"" + std::string(name) + "\"" + core::did_you_mean(name, catalog.names()),
             .errors = {}}};
  }
  const serving::LoadedModel* loaded = version.empty() ? &versions->newest() : versions->find(version);
  if (loaded == nullptr) {
    std::string known;
    for (const auto& each : versions->versions) known += (known.empty() ? "" : ", ") + each->version;
    return {
        nullptr,
        nullptr,
        {.status = 404,
         .detail = "model \"" + versions->name + "\" has no version \"" + std::string(version) + "\"; loaded: " + known,
         .errors = {}}};
  }
  if (last_ != nullptr && last_->loaded.get() == loaded) return {last_, versions};
  return {&served(*loaded, *versions), versions};
}

ServedModel& ThreadState::served(const serving::LoadedModel& loaded, const serving::ModelVersions& versions) {
  std::unique_ptr<ServedModel>& entry = served_[loaded.id];
  if (!entry) {
    const auto shared = std::find_if(versions.versions.begin(), versions.versions.end(),
                                     [&](const auto& each) { return each.get() == &loaded; });
    entry = std::make_unique<ServedModel>(*shared, shared_.registry, shared_.statistics, shard_);
  }
  last_ = entry.get();
  return *entry;
}

void ThreadState::forget_unloaded(const serving::Catalog& catalog) {
  last_ = nullptr;
  std::erase_if(served_, [&](const auto& entry) { return entry.second->calls == 0 && !catalog.holds(entry.first); });
  seen_generation_ = shared_.repository.generation();
}

void ThreadState::reply(const http::RequestView& request, http::Responder responder, const http::ReplyHead& head,
                        std::string_view body, Dialect dialect, ServedModel* model) {
  (model != nullptr ? model->counts : counts_).add(dialect, head.status);
  AccessLog* const log = shared_.access_log;
  if (log != nullptr && log->wants(head.status)) {
    log->write({.method = request.method,
                .target = request.target,
                .peer = shared_.settings.trusted_proxies.client(request),
                .request_id = request_id(request),
                .status = head.status,
                .took = clock().now() - request.received});
  }
  http::ReplyHead sent = head;
  sent.plain |= compresses_predictions_only(dialect);
  const std::string_view cors = shared_.settings.cors.lines(request);
  if (cors.empty()) return responder.reply(sent, body);
  const std::string lines = std::string(head.headers).append(cors);
  sent.headers = lines;
  responder.reply(sent, body);
}

void ThreadState::reply_problem(const http::RequestView& request, http::Responder responder,
                                const codec::Problem& problem, Dialect dialect, ServedModel* model,
                                std::string_view headers) {
  std::string lines(headers);
  if (const std::string_view id = request_id(request); !id.empty()) {
    lines.append("X-Request-Id: ").append(id).append("\r\n");
  }
  const codec::ProblemShape& shape = problem_shape(dialect);
  core::TextBuffer& body = scratch();
  shape.append(body, problem);
  reply(request, std::move(responder),
        {.status = shape.status(problem.status), .content_type = shape.content_type, .headers = lines}, body.view(),
        dialect, model);
}

std::string_view request_id(const http::RequestView& request) noexcept {
  constexpr std::size_t kLongest = 128;
  const std::string_view id = request.header("X-Request-Id");
  const bool printable = std::all_of(id.begin(), id.end(), [](char c) { return c > ' ' && c < '\x7f'; });
  return printable && id.size() <= kLongest ? id : std::string_view();
}

}  // namespace pelton::api
