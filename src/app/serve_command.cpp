#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/service.hpp"
#include "app/command_line.hpp"
#include "app/confinement.hpp"
#include "app/file_watch.hpp"
#include "app/golden_source.hpp"
#include "app/heap.hpp"
#include "app/identity.hpp"
#include "app/log.hpp"
#include "app/progress_bar.hpp"
#include "app/serve_flags.hpp"
#include "app/service_manager.hpp"
#include "app/settings.hpp"
#include "core/clock.hpp"
#include "core/printable.hpp"
#include "core/processors.hpp"
#include "http/server.hpp"
#include "serving/repository.hpp"

namespace pelton::app {

namespace {

/// Loads and unloads that may wait for their turn.
constexpr std::size_t kMostErrands = 64;

int fail(int code, const std::string& message) {
  std::fprintf(stderr, "pelton serve: %s\n", core::all_printable(message).c_str());
  return code;
}

bool is_loopback(const std::string& host) {
  return host == "localhost" || host == "::1" || host == "[::1]" || host.starts_with("127.");
}

/// Counts connections for /metrics.
class ConnectionMetrics final : public http::ConnectionObserver {
 public:
  explicit ConnectionMetrics(metrics::Registry& registry)
      : registry_(registry),
        open_(registry.gauge("pelton_connections", "Open client connections.")),
        all_(registry.counter("pelton_connections_opened_total", "Client connections accepted.")) {}
  void opened() noexcept override {
    open_.add(1);
    all_.add();
  }
  void closed() noexcept override { open_.add(-1); }
  void refused(const char* reason) noexcept override {
    // Rare, and from any thread: the counter's own thread is whoever holds the lock.
    const std::lock_guard lock(mutex_);
    registry_.counter("pelton_rejected_total", "Connections and requests turned away.", {{"reason", reason}}).add();
  }

 private:
  metrics::Registry& registry_;
  metrics::Gauge& open_;
  metrics::Counter& all_;  ///< of the thread that accepts
  std::mutex mutex_;
};

/// Where to listen, from all that was said about it.
std::string settle_endpoints(Settings& settings) {
  auto& endpoints = settings.server.endpoints;
  for (const int fd : inherited_sockets()) {
    endpoints.push_back({.host = {}, .port = 0, .unix_path = {}, .inherited_fd = fd, .tls = true});
  }
  if (!settings.unix_path.empty()) {
    endpoints.push_back({.host = {}, .port = 0, .unix_path = settings.unix_path, .inherited_fd = -1});
  }
  if (endpoints.empty() || settings.host_or_port_given) {
    endpoints.insert(endpoints.begin(),
                     {.host = settings.host, .port = settings.port, .unix_path = {}, .inherited_fd = -1, .tls = true});
  }
  for (http::Endpoint& endpoint : endpoints) {
    endpoint.unix_mode = settings.unix_mode;
    endpoint.tls = endpoint.tls && !settings.tls.certificate.empty();
    const bool isolated = settings.isolated && endpoint.host == settings.host;
    const bool safe = !endpoint.unix_path.empty() || endpoint.inherited_fd >= 0 || is_loopback(endpoint.host);
    if (!safe && !isolated && !settings.insecure) {
      return "refusing to listen on " + endpoint.host +
             ": anyone who reaches it could use the models. Listen on 127.0.0.1 behind a proxy, or say --insecure";
    }
  }
  return {};
}

core::Result<std::vector<serving::ModelSource>> gather_sources(const Settings& settings) {
  std::vector<serving::ModelSource> sources = settings.models;
  if (!settings.repository.empty()) {
    auto found = serving::scan_repository(settings.repository);
    if (!found) return found.error();
    sources.insert(sources.end(), found->begin(), found->end());
  }
  if (!settings.artifacts.empty()) {
    auto found = serving::scan_artifacts(settings.artifacts);
    const bool none_yet = settings.api.platform.models_on_demand;
    if (!found && !(none_yet && found.error().code() == core::ErrorCode::not_found)) return found.error();
    if (found) sources.insert(sources.end(), found->begin(), found->end());
  }
  return sources;
}

/// As many descriptors as we may have: each connection needs one.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

/// Signals are taken by `sigwait` in the main thread; every thread started later inherits the mask.
sigset_t block_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return signals;
}

void tell_identity(const tls::ServerContext& identity, Log& log) {
  const Log::Fields fields = {{"subject", identity.subject()}, {"valid until", identity.valid_until()}};
  if (identity.out_of_date()) {
    log.warn("the TLS certificate is out of date; clients will refuse it", fields);
  } else {
    log.info("TLS certificate loaded", fields);
  }
}

void reload(serving::ModelManager& manager, Log& log) {
  notify_reloading();
  const auto errors = manager.load_all();
  if (!errors) {
    log.error("reload failed; serving as before", {{"reason", errors.error().message()}});
  } else {
    for (const core::Error& error : *errors) {
      log.error("reload: the version that was serving stays", {{"reason", error.message()}});
    }
    log.info("reloaded");
  }
  notify_service_manager("READY=1");
}

/// Loads the certificate anew; one that cannot be used changes nothing.
void renew_identity(const Settings& settings, http::Server& server, Log& log) {
  auto identity = load_identity(settings, core::SteadyClock::instance());
  if (!identity) {
    log.error("the TLS certificate that was shown stays", {{"reason", told(identity.error(), settings.file)}});
    return;
  }
  tell_identity(**identity, log);
  server.renew_tls(*std::move(identity));
}

timespec timespec_of(std::chrono::nanoseconds time) {
  return {.tv_sec = time / std::chrono::seconds(1),
          .tv_nsec = std::chrono::nanoseconds(time % std::chrono::seconds(1)).count()};
}

/// Reloads at SIGHUP, and the certificate when its files change, until a signal says to stop; meanwhile gives back what
/// memory is free.
void run_until_stopped(const Settings& settings, const sigset_t& signals, serving::ModelManager& manager,
                       http::Server& server, Log& log) {
  const core::Clock& clock = core::SteadyClock::instance();
  const bool tls = settings.server.tls != nullptr;
  const bool watches = tls && settings.tls_watch.count() != 0;
  const tls::ServerIdentity& files = settings.tls;
  FileWatch watch({files.certificate, files.key, files.client_ca});
  GapKeeper gaps;
  core::TimePoint next_watch = watches ? clock.now() + settings.tls_watch : core::TimePoint::max();
  core::TimePoint next_gaps = clock.now() + GapKeeper::kPeriod;
  for (;;) {
    const core::Duration left = std::min(next_watch, next_gaps) - clock.now();
    const timespec wait = timespec_of(std::max(left, core::Duration(0)));
    const int signal = sigtimedwait(&signals, nullptr, &wait);
    const core::TimePoint now = clock.now();
    if (now >= next_gaps) {
      gaps.look();
      next_gaps = now + GapKeeper::kPeriod;
    }
    if (signal == SIGHUP) {
      reload(manager, log);
      if (tls) {
        (void)watch.changed();  // whatever changed so far is read now
        renew_identity(settings, server, log);
      }
    } else if (signal > 0) {
      return;
    } else if (now >= next_watch) {
      if (watch.changed()) renew_identity(settings, server, log);
      next_watch = now + settings.tls_watch;
    }
  }
}

int serve(Settings settings) {
  const sigset_t signals = block_signals();
  raise_descriptor_limit();
  return_freed_memory();
  Log log(settings.log);
  metrics::Registry registry;
  metrics::add_process_metrics(registry);
  const core::Clock& clock = core::SteadyClock::instance();

  auto identity = load_identity(settings, clock);
  if (!identity) return fail(kUsage, told(identity.error(), settings.file));
  settings.server.tls = *std::move(identity);
  if (settings.server.tls) tell_identity(*settings.server.tls, log);
  if (auto confined = confine_from_start(settings); !confined) return fail(kFailed, confined.error().message());
  auto sources = gather_sources(settings);
  if (!sources) return fail(kFailed, sources.error().message());
  if (sources->empty() && !settings.api.platform.models_on_demand)
    return fail(kUsage, "nothing to serve: name a model file, a --repository or a --config");
  std::optional<ProgressBar> bar(std::in_place, "reading models");  // while starting: reloads are told in the log
  const auto load = serving::default_loader([&bar](const serving::ModelSource&, double share) {
    if (bar) bar->show(share);
  });
  serving::Repository repository(with_golden_rows(load), clock, registry);
  const auto errors = repository.replace(*sources, settings.default_model);
  bar.reset();
  if (!errors.empty()) {
    for (const core::Error& error : errors) fail(kFailed, error.message());
    return kFailed;
  }
  if (!settings.default_model.empty() && repository.snapshot()->find(settings.default_model) == nullptr) {
    return fail(kFailed, "default model \"" + settings.default_model + "\" is not among the models served");
  }

  serving::ModelManager manager(
      repository, [&settings] { return gather_sources(settings); }, settings.default_model);
  core::Worker worker(kMostErrands);
  api::ModelControl control{manager, worker};
  batching::ScoringPool pool(core::usable_processors());
  api::SharedState shared{.repository = repository,
                          .registry = registry,
                          .pool = &pool,
                          .access_log = settings.log.access == AccessLogMode::off ? nullptr : &log,
                          .control = &control,
                          .settings = settings.api};
  ConnectionMetrics connections(registry);
  http::Server server(
      settings.server, clock, [&shared](core::EventLoop& loop) { return std::make_unique<api::Service>(shared, loop); },
      connections);
  if (auto started = server.start(); !started) return fail(kFailed, started.error().message());
  if (auto confined = confine_while_serving(settings); !confined) return fail(kFailed, confined.error().message());
  if (settings.isolated) {
    log.info("listening on every address without tokens: the platform is trusted to keep strangers out",
             {{"platform", settings.platform}});
  }
  for (const std::string& address : server.addresses()) std::printf("listening on %s\n", address.c_str());
  std::fflush(stdout);
  notify_service_manager("READY=1");

  run_until_stopped(settings, signals, manager, server, log);

  notify_service_manager("STOPPING=1");
  shared.ready.store(false, std::memory_order_release);
  if (settings.drain_delay.count() > 0) std::this_thread::sleep_for(settings.drain_delay);
  const bool drained = server.drain(settings.drain_timeout);
  worker.stop();  // what it does is told to the event loops, which end with the server
  if (!drained) log.warn("drain timeout: some requests were cut off");
  return drained ? kDone : kFailed;
}

}  // namespace

void add_serve_command(CLI::App& program, Action& run) {
  CLI::App* verb = program.add_subcommand("serve", "Serve models over HTTP");
  verb->footer(
      "Example: pelton serve house=models/house.onnx --port 8080\n"
      "Ready when GET /readyz answers 200. SIGHUP reloads models and certificates, SIGTERM drains and stops.\n"
      "Started by SageMaker or Vertex AI it serves what they ask for: see docs/dialects.md.\n"
      "Every setting can be given as PELTON_SECTION_KEY or in a --config file; flags win.");
  const auto flags = add_serve_flags(*verb);
  verb->callback([flags, &run] {
    run = [flags]() -> int {
      Settings settings;
      if (const std::string wrong = gather_settings(*flags, settings); !wrong.empty()) return fail(kUsage, wrong);
      if (const std::string wrong = settle_endpoints(settings); !wrong.empty()) return fail(kUsage, wrong);
      return serve(std::move(settings));
    };
  });
}

}  // namespace pelton::app
