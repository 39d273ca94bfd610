#include "load/report.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string_view>

namespace pelton::load {

namespace {

using core::TextBuffer;

constexpr double kNsPerMs = 1e6;
constexpr double kBusyClient = 0.9;

/// Writes members of one JSON object, with the commas between them.
class ObjectWriter {
 public:
  explicit ObjectWriter(TextBuffer& out) : out_(out) { out_.append('{'); }
  void close() { out_.append('}'); }

  TextBuffer& key(std::string_view name) {
    if (!first_) out_.append(',');
    first_ = false;
    core::append_json_string(out_, name);
    out_.append(':');
    return out_;
  }
  void number(std::string_view name, double value) { core::append_json_number(key(name), value); }
  void integer(std::string_view name, std::uint64_t value) { key(name).append_integer(value); }

 private:
  TextBuffer& out_;
  bool first_ = true;
};

/// printf into a std::string; `text` is always one of ours.
template <class... Values>
void append_format(std::string& out, const char* text, Values... values) {
  char line[256];
  const int size = std::snprintf(line, sizeof(line), text, values...);
  out.append(line, static_cast<std::size_t>(std::clamp(size, 0, static_cast<int>(sizeof(line)) - 1)));
}

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

/// One bar for each factor of two between the fastest and the slowest answer.
void append_bars(std::string& out, const Histogram& latency) {
  constexpr int kWidth = 50;
  std::uint64_t tallest = 0;
  std::uint64_t from = 1;
  while (from < latency.max() && latency.count_between(0, from * 2) == 0) from *= 2;
  for (std::uint64_t low = from; low <= latency.max(); low *= 2) {
    tallest = std::max(tallest, latency.count_between(low, low * 2));
  }
  for (std::uint64_t low = from; low <= latency.max(); low *= 2) {
    const std::uint64_t count = latency.count_between(low, low * 2);
    const auto bar = static_cast<int>(std::ceil(kWidth * static_cast<double>(count) / static_cast<double>(tallest)));
    append_format(out, "  < %10.3f ms %9llu ", static_cast<double>(low * 2) / kNsPerMs,
                  static_cast<unsigned long long>(count));
    for (int i = 0; i < bar; ++i) out.append("▇");
    out.append("\n");
  }
}

}  // namespace

LatencySummary summarize(const Histogram& nanoseconds) noexcept {
  const auto ms = [&](double q) { return static_cast<double>(nanoseconds.quantile(q)) / kNsPerMs; };
  return {nanoseconds.mean() / kNsPerMs, ms(0.5), ms(0.9), ms(0.99), ms(0.999), ms(1)};
}

void append_json(TextBuffer& out, const LoadReport& report) {
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
  object.number("send_lag_p99_ms", report.lag_p99_ms);
  object.number("client_cpu_share", report.client_cpu_share);
  if (report.server_cpu_us) object.number("server_cpu_us_per_request", *report.server_cpu_us);
  object.close();
}

std::string to_table(const LoadReport& report, bool bars) {
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
  if (report.server_cpu_us) append_format(out, "server CPU   %.2f us an answer\n", *report.server_cpu_us);
  append_doubts(out, report);
  if (bars && report.latency.count() != 0) append_bars(out, report.latency);
  return out;
}

}  // namespace pelton::load
