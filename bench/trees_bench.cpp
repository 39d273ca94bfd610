// Tree ensembles: every way of scoring a forest, over one row and over a full block of different ones.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <random>
#include <vector>

#include "core/aligned_buffer.hpp"
#include "trees/layouts.hpp"

namespace pelton::trees {
namespace {

constexpr std::uint32_t kFeatures = 32;
constexpr std::size_t kThresholds = 255;  // distinct, a feature: what histograms leave
constexpr std::size_t kRows = 4096;

struct Shape {
  std::size_t trees;
  std::size_t leaves;
  std::size_t depth;
  Precision precision;
};

/// A made-up forest, the same at every run: of trees that split their leaves at random until there are enough.
class Maker {
 public:
  explicit Maker(const Shape& shape) : shape_(shape), thresholds_(kFeatures) {
    for (std::vector<double>& some : thresholds_) {
      for (std::size_t i = 0; i < kThresholds; ++i) some.push_back(number());
    }
  }

  Forest forest() {
    Forest forest;
    forest.features = kFeatures;
    forest.input = forest.sum_precision = shape_.precision;
    forest.base = {0.5};
    for (std::size_t t = 0; t < shape_.trees; ++t) forest.trees.push_back(tree(forest.values));
    return forest;
  }
  /// Rows that go every way: a branch predictor must not learn them.
  std::vector<double> rows() {
    std::vector<double> values(kRows * kFeatures);
    for (double& value : values) value = number();
    return values;
  }

 private:
  struct Open {
    std::uint32_t node;
    std::size_t depth;
  };

  std::size_t below(std::size_t n) { return static_cast<std::size_t>(random_() % n); }
  /// In the precision of the forest.
  double number() {
    const double x = normal_(random_);
    return shape_.precision == Precision::float32 ? static_cast<double>(static_cast<float>(x)) : x;
  }

  Tree tree(std::vector<double>& values) {
    Tree tree;
    tree.nodes.resize(1);
    std::vector<Open> open{{0, 0}};
    std::vector<std::uint32_t> ends;
    while (!open.empty()) {
      std::swap(open[below(open.size())], open.back());
      const Open at = open.back();
      open.pop_back();
      if (at.depth == shape_.depth || open.size() + ends.size() + 1 == shape_.leaves) {
        ends.push_back(at.node);
        continue;
      }
      const auto left = static_cast<std::uint32_t>(tree.nodes.size());
      tree.nodes[at.node] = split(left);
      tree.nodes.resize(tree.nodes.size() + 2);
      open.push_back({left, at.depth + 1});
      open.push_back({left + 1, at.depth + 1});
    }
    for (std::uint32_t i = 0; i < ends.size(); ++i) {
      Node& leaf = tree.nodes[ends[i]];
      leaf.feature = kNone;
      leaf.yes = i;
      leaf.no = static_cast<std::uint32_t>(values.size());
      values.push_back(number());
    }
    return tree;
  }
  Node split(std::uint32_t left) {
    Node node;
    node.feature = static_cast<std::uint32_t>(below(kFeatures));
    node.threshold = thresholds_[node.feature][below(kThresholds)];
    node.yes = left;
    node.no = left + 1;
    return node;
  }

  Shape shape_;
  std::mt19937_64 random_{1};
  std::normal_distribution<double> normal_;
  std::vector<std::vector<double>> thresholds_;
};

using Kind = Layouts::Way::Kind;

/// A call over range(0) rows; 0 stands for a full block of the way.
void score(benchmark::State& state, const Shape& shape, Kind kind) {
  Maker maker(shape);
  const Forest forest = maker.forest();
  if (const auto checked = check(forest); !checked) {
    state.SkipWithError(checked.error().message().c_str());
    return;
  }
  const Layouts layouts(forest, core::detected_isa());
  const auto& ways = layouts.ways();
  const auto way = std::find_if(ways.begin(), ways.end(), [&](const Layouts::Way& w) { return w.kind == kind; });
  if (way == ways.end()) {
    state.SkipWithError("no such layout of this forest on this machine");
    return;
  }
  const std::size_t count = state.range(0) == 0 ? way->rows : static_cast<std::size_t>(state.range(0));
  const std::vector<double> rows = maker.rows();
  std::vector<double> out(count * forest.outputs);
  core::AlignedBuffer<std::byte> scratch;
  scratch.resize_uninitialized(layouts.scratch_bytes());
  std::size_t first = 0;
  for (auto _ : state) {
    layouts.score(*way, {rows.data() + first * kFeatures, kFeatures, count}, {out.data(), forest.outputs},
                  scratch.data());
    benchmark::DoNotOptimize(out.data());
    benchmark::ClobberMemory();
    first = first + 2 * count <= kRows ? first + count : 0;
  }
  state.SetLabel(layouts.describe(*way));
  state.counters["rows"] = static_cast<double>(count);
  state.counters["ns_per_row"] =
      benchmark::Counter(static_cast<double>(state.iterations()) * static_cast<double>(count) * 1e-9,
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

constexpr Shape kDepth6{500, 64, 6, Precision::float32};
constexpr Shape kLeaves31{500, 31, 30, Precision::float64};
constexpr Shape kDepth10{100, 1024, 10, Precision::float32};

/// Rows one after the other, then blocks of them. Trees of 1,024 leaves have no lanes.
#define PELTON_BENCH_FOREST(name, shape)                                                      \
  BENCHMARK_CAPTURE(score, name##_walk_row, shape, Kind::walk_row)->Arg(1);                   \
  BENCHMARK_CAPTURE(score, name##_walk_block, shape, Kind::walk_block)->Arg(1)->Arg(0);       \
  BENCHMARK_CAPTURE(score, name##_narrow_planes, shape, Kind::narrow_planes)->Arg(1)->Arg(0); \
  BENCHMARK_CAPTURE(score, name##_wide_planes, shape, Kind::wide_planes)->Arg(1)->Arg(0)

BENCHMARK_CAPTURE(score, depth_6_lanes, kDepth6, Kind::lanes)->Arg(1);
PELTON_BENCH_FOREST(depth_6, kDepth6);
BENCHMARK_CAPTURE(score, leaves_31_lanes, kLeaves31, Kind::lanes)->Arg(1);
PELTON_BENCH_FOREST(leaves_31, kLeaves31);
PELTON_BENCH_FOREST(depth_10, kDepth10);

#undef PELTON_BENCH_FOREST

}  // namespace
}  // namespace pelton::trees
