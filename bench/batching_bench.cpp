// What the batcher adds to scoring: a request alone, and many in a round, against the bare call.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <utility>
#include <vector>

#include "batching/batcher.hpp"
#include "core/clock.hpp"

namespace {

using namespace pelton;

constexpr std::size_t kFeatures = 8;

/// A linear model in its simplest form: cheap enough that the batcher's own cost shows.
class LinearScorer final : public batching::Scorer {
 public:
  void score(math::ConstMatrix rows, math::Matrix out, std::size_t) override {
    for (std::size_t r = 0; r < rows.rows; ++r) {
      double sum = 0;
      for (std::size_t c = 0; c < kFeatures; ++c) sum += rows(r, c) * 0.5;
      out(r, 0) = sum;
    }
  }
};

class Unobserved final : public batching::BatchObserver {
 public:
  void scored(std::size_t, core::Duration) noexcept override {}
  void waiting(std::size_t) noexcept override {}
};

/// A loop that holds at most one deferred task: what a lone batcher needs.
class BenchLoop final : public core::EventLoop {
 public:
  void defer(core::Task& task) override { task_ = &task; }
  void let_gather(core::Duration) noexcept override {}
  void post(core::Task& task) override { task_ = &task; }
  const core::Clock& clock() const noexcept override { return core::SteadyClock::instance(); }
  void end_round() {
    if (task_ != nullptr) std::exchange(task_, nullptr)->run();
  }

 private:
  core::Task* task_ = nullptr;
};

void fill(double* row) {
  for (std::size_t c = 0; c < kFeatures; ++c) row[c] = static_cast<double>(c);
}

void BM_ScoringAlone(benchmark::State& state) {
  LinearScorer scorer;
  math::RowBuffer rows(kFeatures);
  double result = 0;
  for (auto _ : state) {
    rows.clear();
    fill(rows.append_row());
    scorer.score(rows.view(), {&result, 1, 1}, 1);
    benchmark::DoNotOptimize(result);
  }
}
BENCHMARK(BM_ScoringAlone);

void BM_BatcherRound(benchmark::State& state) {
  const auto requests = static_cast<std::size_t>(state.range(0));
  LinearScorer scorer;
  Unobserved observer;
  BenchLoop loop;
  batching::Batcher batcher(kFeatures, 1, loop, scorer, {{}, {core::Duration(0), core::Duration(10)}}, nullptr,
                            observer);
  struct Call : batching::Ticket {
    double result = 0;
  };
  std::vector<Call> calls(requests);
  for (Call& call : calls) {
    call.done = [](batching::Ticket& ticket, const batching::Outcome& outcome) {
      static_cast<Call&>(ticket).result = outcome.results(0, 0);
    };
  }
  for (auto _ : state) {
    for (Call& call : calls) {
      const std::size_t first = batcher.rows().rows();
      fill(batcher.rows().append_row());
      benchmark::DoNotOptimize(batcher.submit(call, first));
    }
    loop.end_round();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(requests));
}
BENCHMARK(BM_BatcherRound)->Arg(1)->Arg(8)->Arg(64)->Arg(512);

}  // namespace
