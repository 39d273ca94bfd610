#include "load/comparison.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "load/chart.hpp"
#include "load/format.hpp"
#include "load/object_writer.hpp"

namespace pelton::load {

namespace {

constexpr std::size_t kMostRounds = 1000;

struct Figure {
  const char* title;  ///< in the table
  const char* name;   ///< in JSON
  double (*of)(const LoadReport&);
};
constexpr std::array<Figure, 6> kFigures{{
    {"answers/s", "achieved_rps", [](const LoadReport& r) { return r.achieved_rps; }},
    {"mean ms", "mean", [](const LoadReport& r) { return r.latency_ms.mean; }},
    {"p50 ms", "p50", [](const LoadReport& r) { return r.latency_ms.p50; }},
    {"p90 ms", "p90", [](const LoadReport& r) { return r.latency_ms.p90; }},
    {"p99 ms", "p99", [](const LoadReport& r) { return r.latency_ms.p99; }},
    {"p99.9 ms", "p99_9", [](const LoadReport& r) { return r.latency_ms.p99_9; }},
}};

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double median_of(const std::vector<LoadReport>& reports, const Figure& figure) {
  std::vector<double> values;
  for (const LoadReport& report : reports) values.push_back(figure.of(report));
  return median(std::move(values));
}

std::uint64_t failures_of(const std::vector<LoadReport>& reports) {
  std::uint64_t failures = 0;
  for (const LoadReport& report : reports) failures += report.failures();
  return failures;
}

void append_ratio(core::TextBuffer& out, const Ratio& ratio) {
  ObjectWriter object(out);
  object.number("median", ratio.median);
  object.number("least", ratio.least);
  object.number("most", ratio.most);
  object.integer("rounds", ratio.rounds);
  object.close();
}

void append_target(core::TextBuffer& out, std::string_view name, const std::vector<LoadReport>& rounds) {
  ObjectWriter object(out);
  core::append_json_string(object.key("target"), name);
  object.key("rounds").append('[');
  for (const LoadReport& report : rounds) {
    if (&report != rounds.data()) out.append(',');
    append_json(out, report);
  }
  out.append(']');
  object.close();
}

}  // namespace

core::Result<LoadComparison> compare_loads(
    std::array<std::string, 2> names, std::size_t rounds,
    const std::function<core::Result<LoadReport>(std::size_t side, std::size_t round)>& measure) {
  if (rounds < 1 || rounds > kMostRounds) {
    return core::Error(core::ErrorCode::invalid_argument, "rounds: 1 to 1000");
  }
  LoadComparison comparison{std::move(names), {}};
  for (std::size_t round = 0; round < rounds; ++round) {
    for (const std::size_t turn : {0, 1}) {
      const std::size_t side = (round + turn) % 2;
      auto report = measure(side, round);
      if (!report) return std::move(report).error().within(comparison.names[side]);
      comparison.reports[side].push_back(*std::move(report));
    }
  }
  return comparison;
}

Ratio ratio_of(const LoadComparison& comparison, const std::function<double(const LoadReport&)>& figure) {
  const auto& [first, second] = comparison.reports;
  std::vector<double> ratios;
  for (std::size_t round = 0; round < std::min(first.size(), second.size()); ++round) {
    const double of = figure(first[round]);
    const double is = figure(second[round]);
    if (of > 0 && is > 0) ratios.push_back(is / of);
  }
  if (ratios.empty()) return {};
  const auto [least, most] = std::minmax_element(ratios.begin(), ratios.end());
  return {median(ratios), *least, *most, ratios.size()};
}

void append_json(core::TextBuffer& out, const LoadComparison& comparison) {
  ObjectWriter object(out);
  object.key("targets").append('[');
  for (std::size_t side = 0; side < comparison.reports.size(); ++side) {
    if (side != 0) out.append(',');
    append_target(out, comparison.names[side], comparison.reports[side]);
  }
  out.append(']');
  ObjectWriter ratios(object.key("second_over_first"));
  for (const Figure& figure : kFigures) append_ratio(ratios.key(figure.name), ratio_of(comparison, figure.of));
  ratios.close();
  object.close();
}

std::string to_table(const LoadComparison& comparison, bool chart) {
  const auto& [first, second] = comparison.reports;
  std::string out;
  append_format(out, "A  %.240s\n", comparison.names[0].c_str());
  append_format(out, "B  %.240s\n", comparison.names[1].c_str());
  append_format(out, "%zu rounds in turns; medians over the rounds\n\n", first.size());
  append_format(out, "%-12s %12s %12s %10s %22s\n", "", "A", "B", "B/A", "least - most");
  for (const Figure& figure : kFigures) {
    const Ratio ratio = ratio_of(comparison, figure.of);
    append_format(out, "%-12s %12.3f %12.3f", figure.title, median_of(first, figure), median_of(second, figure));
    if (ratio.rounds != 0) append_format(out, " %10.3f %10.3f - %9.3f", ratio.median, ratio.least, ratio.most);
    out.append("\n");
  }
  append_format(out, "%-12s %12llu %12llu\n", "failed", static_cast<unsigned long long>(failures_of(first)),
                static_cast<unsigned long long>(failures_of(second)));
  if (!chart) return out;
  std::array<Histogram, 2> merged;
  for (std::size_t side = 0; side < merged.size(); ++side) {
    for (const LoadReport& report : comparison.reports[side]) merged[side].merge(report.latency);
  }
  out.append("\n");
  append_chart(out, {{&merged[0], &merged[1]}});
  return out;
}

}  // namespace pelton::load
