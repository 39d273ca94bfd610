#include "trees/way_costs.hpp"

#include <time.h>

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <limits>
#include <utility>

namespace pelton::trees {

namespace {

constexpr int kRuns = 3;
constexpr std::size_t kDifferentRows = 256;  // a branch predictor must not learn them, nor caches hold all
constexpr std::size_t kFewRows = 16;
constexpr std::size_t kMostValues = std::size_t{1} << 18;  // 2 MiB of rows: loading must not take longer for it
constexpr double kDearNs = 2e7;

/// What this thread has run for: unlike the time of day, it stands still while others have the processor.
double thread_ns() {
  struct timespec now = {};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

/// Rows whose values are the forest's own thresholds, drawn without order.
std::vector<double> make_rows(const Forest& forest, std::size_t count) {
  std::vector<std::vector<double>> thresholds(forest.features);
  constexpr std::size_t kMostKept = 512;
  for (const Tree& tree : forest.trees) {
    for (const Node& node : tree.nodes) {
      if (node.is_leaf() || node.test == Test::in_set) continue;
      if (thresholds[node.feature].size() < kMostKept) thresholds[node.feature].push_back(node.threshold);
    }
  }
  std::vector<double> rows(count * forest.features);
  std::uint64_t state = 1;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::vector<double>& some = thresholds[i % forest.features];
    state = state * 6364136223846793005U + 1442695040888963407U;
    rows[i] = some.empty() ? static_cast<double>(state >> 60) : some[(state >> 33) % some.size()];
  }
  return rows;
}

/// Times calls of a way over rows of a forest.
class Stopwatch {
 public:
  Stopwatch(const Forest& forest, const Layouts& layouts, std::size_t most)
      : layouts_(layouts), features_(forest.features), outputs_(forest.outputs), most_(most) {
    rows_ = make_rows(forest, most);
    out_.resize(most * forest.outputs);
    scratch_.resize_uninitialized(layouts.scratch_bytes());
  }

  /// Nanoseconds of a call with `count` rows: the shortest of a few runs over different rows, or what the
  /// first call took if that was long.
  double call(const Layouts::Way& way, std::size_t count) {
    const double first = run(way, count, 1);
    if (first > kDearNs) return first;
    const std::size_t different = std::max<std::size_t>(1, std::min(most_, kDifferentRows) / count);
    const auto calls =
        static_cast<std::size_t>(std::clamp(kDearNs / std::max(first, 1.0), 1.0, static_cast<double>(different)));
    double best = std::numeric_limits<double>::infinity();
    for (int i = 0; i < kRuns; ++i) best = std::min(best, run(way, count, calls));
    return best;
  }

 private:
  /// Nanoseconds of each of some calls.
  double run(const Layouts::Way& way, std::size_t count, std::size_t calls) {
    const double begin = thread_ns();
    for (std::size_t call = 0; call < calls; ++call) {
      layouts_.score(way, {rows_.data() + call * count * features_, features_, count}, {out_.data(), outputs_},
                     scratch_.data());
    }
    return (thread_ns() - begin) / static_cast<double>(calls);
  }

  const Layouts& layouts_;
  std::size_t features_;
  std::size_t outputs_;
  std::size_t most_;
  std::vector<double> rows_;
  std::vector<double> out_;
  core::AlignedBuffer<std::byte> scratch_;
};

}  // namespace

WayCosts::WayCosts(const Forest& forest, const Layouts& layouts) {
  std::size_t most = kDifferentRows;
  for (const Layouts::Way& way : layouts.ways()) most = std::max(most, way.rows);
  const std::size_t columns = std::max<std::size_t>({1, forest.features, forest.outputs});
  most = std::max<std::size_t>(1, std::min(most, kMostValues / columns));
  Stopwatch stopwatch(forest, layouts, most);
  std::vector<Cost> costs;
  for (const Layouts::Way& way : layouts.ways()) {
    const std::size_t few = std::min({way.rows, most, kFewRows});
    const double few_ns = stopwatch.call(way, few);
    if (way.rows == 1) {
      costs.push_back({way, 0, few_ns});
      continue;
    }
    // A full block, or as much of it as does not take long by what a few rows took.
    const double rows = std::min(static_cast<double>(std::min(way.rows, most)),
                                 static_cast<double>(few) * kDearNs / std::max(few_ns, 1.0));
    const auto many = static_cast<std::size_t>(rows);
    if (many <= few) {
      costs.push_back({way, 0, few_ns / static_cast<double>(few)});
      continue;
    }
    const double many_ns = std::max(few_ns, stopwatch.call(way, many));
    const double row_ns = (many_ns - few_ns) / static_cast<double>(many - few);
    costs.push_back({way, std::max(0.0, few_ns - row_ns * static_cast<double>(few)), row_ns});
  }
  find_changes(costs);
}

WayCosts::WayCosts(const std::vector<Cost>& costs) { find_changes(costs); }

void WayCosts::find_changes(const std::vector<Cost>& costs) {
  assert(!costs.empty());
  std::size_t most = 1;
  for (const Cost& cost : costs) most = std::max(most, cost.way.rows);
  for (std::size_t rows = 1; rows <= most; ++rows) {
    const Cost& best = *std::min_element(
        costs.begin(), costs.end(), [rows](const Cost& a, const Cost& b) { return a.per_row(rows) < b.per_row(rows); });
    if (changes_.empty() || changes_.back().cost.way.kind != best.way.kind) changes_.push_back({rows, best});
  }
}

std::size_t WayCosts::largest_block() const noexcept {
  std::size_t largest = 1;
  for (const Change& change : changes_) largest = std::max(largest, change.cost.way.rows);
  return largest;
}

}  // namespace pelton::trees
