#include "load/load_run.hpp"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <ctime>
#include <exception>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "load/generator.hpp"
#include "load/poller.hpp"
#include "load/process_cpu.hpp"
#include "load/socket.hpp"

namespace pelton::load {

namespace {

using core::Error;
using core::ErrorCode;
using core::Result;
using namespace std::chrono_literals;

constexpr double kMostRate = 1e7;
constexpr std::size_t kMostConnections = 65536;
constexpr std::size_t kMostThreads = 256;

Error out_of_bounds(const char* what) { return {ErrorCode::invalid_argument, what}; }

bool is_rate(double rate) noexcept { return rate > 0 && rate <= kMostRate; }

/// How long requests are due.
core::Duration length_of(const LoadSettings& s) noexcept {
  return s.steps.empty() ? s.duration : total_duration(s.steps);
}

/// The rate asked for; of steps their mean over time. Nothing: closed loop.
std::optional<double> rate_of(const LoadSettings& s) noexcept {
  if (s.steps.empty()) return s.rate;
  double due = 0;
  for (const RateStep& step : s.steps) due += step.rate * std::chrono::duration<double>(step.duration).count();
  return due / std::chrono::duration<double>(total_duration(s.steps)).count();
}

Result<void> check(const LoadSettings& s) {
  if (s.connections < 1 || s.connections > kMostConnections) return out_of_bounds("connections: 1 to 65536");
  if ((s.rate && !is_rate(*s.rate)) || !std::ranges::all_of(s.steps, is_rate, &RateStep::rate)) {
    return out_of_bounds("rate: above 0, at most 10000000 a second");
  }
  if (length_of(s) < 1ms || length_of(s) > 24h) return out_of_bounds("duration: 0.001 to 86400 seconds");
  if (s.timeout < 1ms || s.timeout > 1h) return out_of_bounds("timeout: 1 to 3600000 ms");
  if (s.threads < 1 || s.threads > kMostThreads) return out_of_bounds("threads: 1 to 256");
  if (s.threads > s.connections) return out_of_bounds("threads: at most one a connection");
  if (s.score.keep_windows && s.threads > 1) return out_of_bounds("windows: of one thread's requests only");
  if (s.score.keep_windows && length_of(s) > 1h) return out_of_bounds("windows: of an hour at most");
  if (s.max_requests != 0 && s.max_requests < s.threads) return out_of_bounds("requests: at least one a thread");
  return {};
}

/// Waits for an attempt to end: 0 or an errno value.
int await_connection(const Attempt& attempt, core::Duration patience) {
  if (!attempt.socket) return attempt.error;
  if (attempt.connected) return 0;
  pollfd waiting{attempt.socket.get(), POLLOUT, 0};
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(patience).count();
  const int ready = ::poll(&waiting, 1, static_cast<int>(ms));
  if (ready == 0) return ETIMEDOUT;
  return ready < 0 ? errno : connect_error(attempt.socket.get());
}

/// Shakes hands to the end, so that a server that is not to be trusted is told at once.
Result<void> await_handshake(const tls::ClientContext& context, int socket, const LoadSettings& settings) {
  using Step = tls::Session::Step;
  const auto session = context.open(socket, settings.target.host);
  const auto until = std::chrono::steady_clock::now() + settings.timeout;
  for (Step step = session->handshake(); step != Step::done; step = session->handshake()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now()).count();
    pollfd waiting{socket, static_cast<short>(step == Step::needs_output ? POLLOUT : POLLIN), 0};
    if (step == Step::failed) {
      return Error(ErrorCode::unavailable, "TLS with " + settings.target.authority + ": " + session->failure());
    }
    if (left <= 0 || (::poll(&waiting, 1, static_cast<int>(left)) < 0 && errno != EINTR)) {
      return Error(ErrorCode::unavailable, "TLS with " + settings.target.authority + ": no handshake in time");
    }
  }
  session->close();
  return {};
}

/// The first address that accepts a connection, so that a server that is not there is told at once.
Result<Address> reachable_address(const LoadSettings& settings, const tls::ClientContext* tls) {
  auto addresses = resolve(settings.target);
  if (!addresses) return std::move(addresses).error();
  int error = EADDRNOTAVAIL;
  for (const Address& address : *addresses) {
    const Attempt attempt = begin_connect(address);
    error = await_connection(attempt, settings.timeout);
    if (error != 0) continue;
    if (tls == nullptr) return address;
    if (auto greeted = await_handshake(*tls, attempt.socket.get(), settings); !greeted) return greeted.error();
    return address;
  }
  const std::string where = settings.target.is_unix() ? "unix:" + settings.target.unix_path : settings.target.authority;
  return Error(ErrorCode::unavailable, core::errno_error("cannot connect to " + where, error).message());
}

/// Share `index` of `total` when it is dealt out to `parts` as evenly as whole numbers go.
std::uint64_t share_of(std::uint64_t total, std::size_t parts, std::size_t index) {
  return total / parts + (index < total % parts ? 1 : 0);
}

core::Duration thread_cpu_time() {
  timespec used{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

/// One thread's work and what came of it.
struct Part {
  std::optional<Result<Scoreboard>> score;
  core::Duration elapsed{};
  core::Duration cpu{};

  void run(GeneratorSettings settings) noexcept {
    try {
      EpollPoller poller;
      Generator generator(std::move(settings), poller);
      const core::Duration before = thread_cpu_time();
      score.emplace(generator.run());
      cpu = thread_cpu_time() - before;
      elapsed = generator.elapsed();
    } catch (const std::exception& failure) {
      score.emplace(Error(ErrorCode::internal, failure.what()));
    }
  }
};

/// What all parts of a run do.
struct Shared {
  Address address;
  std::shared_ptr<const tls::ClientContext> tls;
  std::shared_ptr<const Request> request;
};

GeneratorSettings part_settings(const LoadSettings& settings, const Shared& shared, std::size_t index) {
  GeneratorSettings part;
  part.address = shared.address;
  part.tls = shared.tls;
  part.server_name = settings.target.host;
  part.request = shared.request;
  part.first_message = shared.request->messages.size() * index / settings.threads;
  part.connections = share_of(settings.connections, settings.threads, index);
  if (settings.rate) part.rate = *settings.rate / static_cast<double>(settings.threads);
  part.steps = settings.steps;
  for (RateStep& step : part.steps) step.rate /= static_cast<double>(settings.threads);
  part.duration = length_of(settings);
  part.max_requests = share_of(settings.max_requests, settings.threads, index);
  part.timeout = settings.timeout;
  part.seed = settings.seed + index;
  part.score = settings.score;
  if (index == 0) part.progress = settings.progress;
  return part;
}

/// Runs every part, the first on the caller's thread.
std::vector<Part> run_parts(const LoadSettings& settings, const Shared& shared) {
  std::vector<Part> parts(settings.threads);
  std::vector<std::jthread> threads;
  for (std::size_t i = 1; i < parts.size(); ++i) {
    threads.emplace_back([&part = parts[i], own = part_settings(settings, shared, i)] { part.run(own); });
  }
  parts[0].run(part_settings(settings, shared, 0));
  threads.clear();  // joins
  return parts;
}

LoadReport report_of(const LoadSettings& settings, const Scoreboard& score, core::Duration elapsed,
                     core::Duration cpu) {
  const auto ms = [](const Histogram& h, double q) { return static_cast<double>(h.quantile(q)) / 1e6; };
  LoadReport report;
  const std::optional<double> rate = rate_of(settings);
  report.open_loop = rate.has_value();
  report.connections = settings.connections;
  report.duration_s = std::chrono::duration<double>(elapsed).count();
  report.requests = score.requests();
  for (std::size_t i = 0; i < kOutcomeCount; ++i) report.outcomes[i] = score.count(static_cast<Outcome>(i));
  if (elapsed > 0ns) {
    report.offered_rps = static_cast<double>(report.requests) / report.duration_s;
    report.achieved_rps = static_cast<double>(report.count(Outcome::answered)) / report.duration_s;
    report.client_cpu_share =
        std::chrono::duration<double>(cpu).count() / report.duration_s / static_cast<double>(settings.threads);
  }
  if (rate) report.offered_rps = *rate;
  if (settings.score.objective) {
    report.objective = {*settings.score.objective, score.in_time()};
  }
  report.windows = score.windows();
  report.latency_ms = summarize(score.latency());
  report.window_p50_ms = ms(score.window_p50(), 0.5);
  report.window_p99_ms = ms(score.window_p99(), 0.5);
  report.full_windows = score.window_tail().count();
  report.window_tail = static_cast<double>(score.window_tail().quantile(0.5)) / Scoreboard::kTailUnit;
  report.lag_p99_ms = ms(score.lag(), 0.99);
  report.latency = score.latency();
  return report;
}

Result<LoadReport> run_checked(const LoadSettings& settings) {
  auto request = render_request(settings.target, settings.request);
  if (!request) return std::move(request).error();
  std::shared_ptr<const tls::ClientContext> tls;
  if (settings.target.tls) {
    auto made = tls::ClientContext::make(settings.trust);
    if (!made) return std::move(made).error();
    tls = *std::move(made);
  }
  auto address = reachable_address(settings, tls.get());
  if (!address) return std::move(address).error();
  core::Duration server_before{};
  if (settings.server_pid) {
    auto used = process_cpu_time(*settings.server_pid);
    if (!used) return std::move(used).error();
    server_before = *used;
  }
  std::vector<Part> parts = run_parts(settings, {*address, tls, std::make_shared<const Request>(*std::move(request))});
  for (Part& part : parts) {
    if (!*part.score) return std::move(*part.score).error();
  }
  Scoreboard& score = **parts[0].score;
  for (std::size_t i = 1; i < parts.size(); ++i) {
    score.merge(**parts[i].score);
    parts[0].elapsed = std::max(parts[0].elapsed, parts[i].elapsed);
    parts[0].cpu += parts[i].cpu;
  }
  LoadReport report = report_of(settings, score, parts[0].elapsed, parts[0].cpu);
  if (settings.server_pid && report.count(Outcome::answered) != 0) {
    auto used = process_cpu_time(*settings.server_pid);
    if (!used) return std::move(used).error().within("the server ended during the run");
    report.server_cpu_us = std::chrono::duration<double, std::micro>(*used - server_before).count() /
                           static_cast<double>(report.count(Outcome::answered));
  }
  return report;
}

}  // namespace

Result<LoadReport> run_load(const LoadSettings& settings) {
  if (auto sound = check(settings); !sound) return std::move(sound).error();
  try {
    return run_checked(settings);
  } catch (const std::exception& failure) {
    return Error(ErrorCode::internal, failure.what());
  }
}

}  // namespace pelton::load
