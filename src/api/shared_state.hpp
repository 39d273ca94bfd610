#pragma once

#include <atomic>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "api/cors.hpp"
#include "api/quotas/quota_table.hpp"
#include "api/trusted_proxies.hpp"
#include "batching/policy.hpp"
#include "batching/scoring_pool.hpp"
#include "codec/predict_request.hpp"
#include "core/clock.hpp"
#include "core/worker.hpp"
#include "metrics/registry.hpp"
#include "serving/inference_statistics.hpp"
#include "serving/model_manager.hpp"
#include "serving/repository.hpp"

namespace pelton::api {

/// One answered request, for the access log. Views are valid during the call only.
struct AccessEntry {
  std::string_view method;
  std::string_view target;
  std::string_view peer;
  std::string_view request_id;  ///< empty where the client sent none
  int status = 0;
  core::Duration took{0};
};

/// Where answered requests are told of, if anywhere; thread-safe.
class AccessLog {
 public:
  virtual ~AccessLog() = default;
  /// Whether an answer of that status is to be written: asked first, so that nothing is prepared
  /// for a line that is left out.
  virtual bool wants(int status) noexcept = 0;
  virtual void write(const AccessEntry& entry) = 0;
};

/// What a platform that starts the program asks of it, besides the routes that are always there.
struct PlatformSettings {
  std::string vertex_predict_route;  ///< a path; empty: none
  std::string vertex_health_route;   ///< likewise
  bool models_on_demand = false;     ///< SageMaker loads and unloads models: without any, all is well
  std::filesystem::path loadable;    ///< the folder such models must be in
};

/// What an operator may say about requests.
struct ApiSettings {
  batching::PolicySettings batching;
  codec::ReadLimits read;
  core::Duration request_timeout{std::chrono::seconds(30)};  ///< where the caller names none; zero: none
  TrustedProxies trusted_proxies;
  Cors cors;
  QuotaSettings quotas = {};  ///< of each client
  PlatformSettings platform = {};
};

/// How models are loaded and unloaded on a caller's word: who does it, and on which thread.
struct ModelControl {
  serving::ModelManager& manager;
  core::Worker& worker;  ///< has stopped before the event loops end
};

/// What the services of all threads share. Everything in it is thread-safe, and outlives them.
struct SharedState {
  const serving::Repository& repository;
  metrics::Registry& registry;
  batching::ScoringPool* pool = nullptr;
  AccessLog* access_log = nullptr;
  ModelControl* control = nullptr;  ///< null: models cannot be loaded or unloaded by callers
  ApiSettings settings{};
  std::atomic<bool> ready{true};  ///< false while draining: /readyz answers 503
  std::atomic<std::size_t> next_shard{0};
  serving::InferenceStatistics statistics{};
  QuotaTable quotas{settings.quotas};
};

}  // namespace pelton::api
