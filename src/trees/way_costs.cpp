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

  /// Nanoseconds of a call with `count` rows: the shortest of a few runs, each over as many different rows
  /// as a full block holds.
  double call(const Layouts::Way& way, std::size_t count) {
    const std::size_t calls = std::max<std::size_t>(1, std::min(most_, kDifferentRows) / count);
    double best = std::numeric_limits<double>::infinity();
    for (int run = 0; run < kRuns; ++run) {
      const double begin = thread_ns();
      for (std::size_t call = 0; call < calls; ++call) {
        layouts_.score(way, {rows_.data() + call * count * features_, features_, count}, {out_.data(), outputs_},
                       scratch_.data());
      }
      best = std::min(best, thread_ns() - begin);
      if (run > 0 && best > kDearNs) break;  // the first run also warms
    }
    return best / static_cast<double>(calls);
  }

 private:
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
  most = std::max<std::size_t>(1, std::min(most, kMostValues / std::max<std::size_t>(1, forest.features)));
  Stopwatch stopwatch(forest, layouts, most);
  std::vector<Cost> costs;
  for (const Layouts::Way& way : layouts.ways()) {
    const std::size_t full = std::min(way.rows, most);
    const std::size_t few = std::min(full, kFewRows);
    const double full_ns = stopwatch.call(way, full);
    if (full == few) {
      costs.push_back({way, way.rows == 1 ? 0 : full_ns, way.rows == 1 ? full_ns : 0});
      continue;
    }
    const double few_ns = std::min(full_ns, stopwatch.call(way, few));
    const double row_ns = (full_ns - few_ns) / static_cast<double>(full - few);
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
