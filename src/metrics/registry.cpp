#include "metrics/registry.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <stdexcept>

namespace pelton::metrics {

namespace {

constexpr std::array<std::uint64_t, 22> kDurationBounds{
    1'000,       2'500,       5'000,         10'000,        25'000,        50'000,        100'000,    250'000,
    500'000,     1'000'000,   2'500'000,     5'000'000,     10'000'000,    25'000'000,    50'000'000, 100'000'000,
    250'000'000, 500'000'000, 1'000'000'000, 2'500'000'000, 5'000'000'000, 10'000'000'000};
constexpr std::array<std::uint64_t, 17> kRowBounds{1,   2,    4,    8,    16,   32,    64,    128,  256,
                                                   512, 1024, 2048, 4096, 8192, 16384, 32768, 65536};

void append_number(core::TextBuffer& out, double value) {
  if (std::isnan(value)) return out.append("NaN");
  if (std::isinf(value)) return out.append(value > 0 ? "+Inf" : "-Inf");
  char* const at = out.room(32);
  out.advance(static_cast<std::size_t>(std::to_chars(at, at + 32, value).ptr - at));
}

void append_escaped(core::TextBuffer& out, std::string_view value) {
  for (const char c : value) {
    if (c == '\\') {
      out.append("\\\\");
    } else if (c == '"') {
      out.append("\\\"");
    } else if (c == '\n') {
      out.append("\\n");
    } else {
      out.append(c);
    }
  }
}

/// `name{a="b"}` with an optional last label of the caller's own.
void append_series(core::TextBuffer& out, std::string_view name, std::string_view suffix, const Labels& labels,
                   std::string_view last_name = {}, std::string_view last_value = {}) {
  out.append(name);
  out.append(suffix);
  if (labels.empty() && last_name.empty()) return out.append(' ');
  char separator = '{';
  const auto label = [&](std::string_view label_name, std::string_view value) {
    out.append(separator);
    out.append(label_name);
    out.append("=\"");
    append_escaped(out, value);
    out.append('"');
    separator = ',';
  };
  for (const auto& [label_name, value] : labels) label(label_name, value);
  if (!last_name.empty()) label(last_name, last_value);
  out.append("} ");
}

}  // namespace

Buckets Buckets::durations() noexcept { return {kDurationBounds, 1e9}; }
Buckets Buckets::rows() noexcept { return {kRowBounds, 1.0}; }

/// All series of one name.
struct Registry::Family {
  struct Series {
    std::map<std::size_t, std::unique_ptr<Counter>> counters;
    std::map<std::size_t, std::unique_ptr<Gauge>> gauges;
    std::map<std::size_t, std::unique_ptr<Histogram>> histograms;
    std::function<double()> computed;
  };

  std::string help;
  std::string type;
  std::map<Labels, Series> series;

  void write(core::TextBuffer& out, std::string_view name) const;
  static void write_histogram(core::TextBuffer& out, std::string_view name, const Labels& labels, const Series& series);
};

void Registry::Family::write(core::TextBuffer& out, std::string_view name) const {
  out.append("# HELP ");
  out.append(name);
  out.append(' ');
  append_escaped(out, help);
  out.append("\n# TYPE ");
  out.append(name);
  out.append(' ');
  out.append(type);
  out.append('\n');
  for (const auto& [labels, cells] : series) {
    if (!cells.histograms.empty()) {
      write_histogram(out, name, labels, cells);
      continue;
    }
    append_series(out, name, {}, labels);
    if (cells.computed) {
      append_number(out, cells.computed());
    } else if (!cells.counters.empty()) {
      std::uint64_t sum = 0;
      for (const auto& [shard, cell] : cells.counters) sum += cell->value();
      out.append_integer(sum);
    } else {
      std::int64_t sum = 0;
      for (const auto& [shard, cell] : cells.gauges) sum += cell->value();
      out.append_integer(sum);
    }
    out.append('\n');
  }
}

void Registry::Family::write_histogram(core::TextBuffer& out, std::string_view name, const Labels& labels,
                                       const Series& series) {
  const Buckets& buckets = series.histograms.begin()->second->buckets();
  std::uint64_t cumulative = 0;
  std::uint64_t sum = 0;
  for (const auto& [shard, cell] : series.histograms) sum += cell->sum();
  for (std::size_t i = 0; i <= buckets.bounds.size(); ++i) {
    for (const auto& [shard, cell] : series.histograms) cumulative += cell->count(i);
    core::TextBuffer bound;
    append_number(bound,
                  i < buckets.bounds.size() ? static_cast<double>(buckets.bounds[i]) / buckets.per_unit : INFINITY);
    append_series(out, name, "_bucket", labels, "le", bound.view());
    out.append_integer(cumulative);
    out.append('\n');
  }
  append_series(out, name, "_sum", labels);
  append_number(out, static_cast<double>(sum) / buckets.per_unit);
  out.append('\n');
  append_series(out, name, "_count", labels);
  out.append_integer(cumulative);
  out.append('\n');
}

Registry::Registry() = default;
Registry::~Registry() = default;

Registry::Family& Registry::family(std::string_view name, std::string_view help, std::string_view type) {
  auto found = families_.find(name);
  if (found == families_.end()) {
    found = families_.emplace(std::string(name), std::make_unique<Family>()).first;
    found->second->help = help;
    found->second->type = type;
  }
  if (found->second->type != type) throw std::logic_error("metric " + found->first + " asked for as two types");
  return *found->second;
}

Counter& Registry::counter(std::string_view name, std::string_view help, const Labels& labels, std::size_t shard) {
  const std::lock_guard lock(mutex_);
  auto& cell = family(name, help, "counter").series[labels].counters[shard];
  if (!cell) cell = std::make_unique<Counter>();
  return *cell;
}

Gauge& Registry::gauge(std::string_view name, std::string_view help, const Labels& labels, std::size_t shard) {
  const std::lock_guard lock(mutex_);
  auto& cell = family(name, help, "gauge").series[labels].gauges[shard];
  if (!cell) cell = std::make_unique<Gauge>();
  return *cell;
}

Histogram& Registry::histogram(std::string_view name, std::string_view help, const Buckets& buckets,
                               const Labels& labels, std::size_t shard) {
  const std::lock_guard lock(mutex_);
  auto& cell = family(name, help, "histogram").series[labels].histograms[shard];
  if (!cell) cell = std::make_unique<Histogram>(buckets);
  return *cell;
}

void Registry::computed(std::string_view name, std::string_view help, std::string_view type, const Labels& labels,
                        std::function<double()> read) {
  const std::lock_guard lock(mutex_);
  family(name, help, type).series[labels].computed = std::move(read);
}

void Registry::write(core::TextBuffer& out) const {
  const std::lock_guard lock(mutex_);
  for (const auto& [name, family] : families_) {
    if (!family->series.empty()) family->write(out, name);
  }
}

}  // namespace pelton::metrics
