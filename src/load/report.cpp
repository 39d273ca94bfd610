#include "load/report.hpp"

#include <string_view>

#include "load/chart.hpp"
#include "load/format.hpp"
#include "load/object_writer.hpp"

namespace pelton::load {

namespace {

constexpr double kNsPerMs = 1e6;
constexpr double kBusyClient = 0.9;

void append_latency(std::string& out, const LatencySummary& ms) {
  append_format(out, "latency      %10s %10s %10s %10s %10s %10s\n", "mean", "p50", "p90", "p99", "p99.9", "max");
  append_format(out, "  ms         %10.3f %10.3f %10.3f %10.3f %10.3f %10.3f\n", ms.mean, ms.p50, ms.p90, ms.p99,
                ms.p99_9, ms.max);
}

void append_failures(std::string& out, const LoadReport& report) {
  if (report.failures() == 0) return;
  out.append("failed      ");
  for (std::size_t i = 1; i < kOutcomeCount; ++i) {
    const auto outcome = static_cast<Outcome>(i);
    if (report.count(outcome) == 0) continue;
    append_format(out, " %s %llu", to_string(outcome).data(), static_cast<unsigned long long>(report.count(outcome)));
  }
  out.append("\n");
}

double milliseconds(core::Duration duration) { return static_cast<double>(duration.count()) / kNsPerMs; }

void append_objective(core::TextBuffer& out, const LoadReport& report) {
  ObjectWriter object(out);
  object.number("ms", milliseconds(report.objective->objective));
  object.integer("answered_in_time", report.objective->in_time);
  object.number("goodput_rps", report.goodput_rps());
  object.close();
}

void append_windows(core::TextBuffer& out, const LoadReport& report) {
  out.append('[');
  for (const Window& window : report.windows) {
    if (&window != report.windows.data()) out.append(',');
    ObjectWriter object(out);
    object.number("from_s", std::chrono::duration<double>(window.from).count());
    object.integer("answered", window.answered);
    object.integer("failed", window.failed);
    if (report.objective) object.integer("answered_in_time", window.in_time);
    object.number("p50_ms", milliseconds(window.p50));
    object.number("p99_ms", milliseconds(window.p99));
    object.close();
  }
  out.append(']');
}

/// What a reader should know before trusting the figures.
void append_doubts(std::string& out, const LoadReport& report) {
  if (report.client_cpu_share > kBusyClient) {
    append_format(
        out, "note         the load generator used %.0f %% of its processor time: it may be what limits the rate\n",
        report.client_cpu_share * 100);
  }
  if (report.open_loop && report.lag_p99_ms > 1 && report.lag_p99_ms > report.latency_ms.p99 / 2) {
    append_format(out,
                  "note         1 %% of the requests left over %.1f ms late: too few connections, or a busy machine\n",
                  report.lag_p99_ms);
  }
}

}  // namespace

LatencySummary summarize(const Histogram& nanoseconds) noexcept {
  const auto ms = [&](double q) { return static_cast<double>(nanoseconds.quantile(q)) / kNsPerMs; };
  return {nanoseconds.mean() / kNsPerMs, ms(0.5), ms(0.9), ms(0.99), ms(0.999), ms(1)};
}

void append_json(core::TextBuffer& out, const LoadReport& report) {
  ObjectWriter object(out);
  core::append_json_string(object.key("mode"), report.open_loop ? "open" : "closed");
  object.integer("connections", report.connections);
  object.number("offered_rps", report.offered_rps);
  object.number("achieved_rps", report.achieved_rps);
  object.number("duration_s", report.duration_s);
  object.integer("requests", report.requests);
  ObjectWriter errors(object.key("errors"));
  for (std::size_t i = 1; i < kOutcomeCount; ++i) {
    errors.integer(to_string(static_cast<Outcome>(i)), report.outcomes[i]);
  }
  errors.close();
  ObjectWriter latency(object.key("latency_ms"));
  latency.number("mean", report.latency_ms.mean);
  latency.number("p50", report.latency_ms.p50);
  latency.number("p90", report.latency_ms.p90);
  latency.number("p99", report.latency_ms.p99);
  latency.number("p99_9", report.latency_ms.p99_9);
  latency.number("max", report.latency_ms.max);
  latency.close();
  ObjectWriter windows(object.key("window_median_ms"));
  windows.number("p50", report.window_p50_ms);
  windows.number("p99", report.window_p99_ms);
  windows.close();
  ObjectWriter full(object.key("windows"));
  full.integer("count", report.full_windows);
  if (report.full_windows != 0) full.number("p99_over_p50", report.window_tail);
  if (!report.windows.empty()) append_windows(full.key("list"), report);
  full.close();
  if (report.objective) append_objective(object.key("objective"), report);
  object.number("send_lag_p99_ms", report.lag_p99_ms);
  object.number("client_cpu_share", report.client_cpu_share);
  if (report.server_cpu_us) object.number("server_cpu_us_per_request", *report.server_cpu_us);
  object.close();
}

std::string to_table(const LoadReport& report, bool chart) {
  std::string out;
  append_format(out, "%s loop, %zu connection%s, %.2f s\n", report.open_loop ? "open" : "closed", report.connections,
                report.connections == 1 ? "" : "s", report.duration_s);
  append_format(out, "requests     %llu, %llu answered\n", static_cast<unsigned long long>(report.requests),
                static_cast<unsigned long long>(report.count(Outcome::answered)));
  append_failures(out, report);
  append_format(out, "rate         %.1f/s offered, %.1f/s achieved\n", report.offered_rps, report.achieved_rps);
  append_latency(out, report.latency_ms);
  append_format(out, "windows      p50 %.3f ms, p99 %.3f ms (medians over 100 ms windows)\n", report.window_p50_ms,
                report.window_p99_ms);
  if (report.full_windows != 0) {
    append_format(out, "             p99 is %.2f times p50 (median over %llu windows of 100 answers or more)\n",
                  report.window_tail, static_cast<unsigned long long>(report.full_windows));
  }
  if (report.objective) {
    append_format(out, "objective    %llu answered within %g ms, %.1f/s\n",
                  static_cast<unsigned long long>(report.objective->in_time), milliseconds(report.objective->objective),
                  report.goodput_rps());
  }
  if (report.server_cpu_us) append_format(out, "server CPU   %.2f us an answer\n", *report.server_cpu_us);
  append_doubts(out, report);
  if (chart) append_chart(out, {{&report.latency}});
  return out;
}

}  // namespace pelton::load
