// Eigen's products are only comparable if this file is compiled for this machine: -DCMAKE_CXX_FLAGS=-march=native.
// Operators over tensors: products of matrices and distances, beside Eigen's in the same element type.
#include <benchmark/benchmark.h>

#include <random>
#include <vector>

#include "operators/registry.hpp"

#include <eigen3/Eigen/Core>

namespace {

template <class T>
using RowMajor = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

template <class T>
RowMajor<T> mapped(const pelton::tensor::Tensor& tensor) {
  return Eigen::Map<const RowMajor<T>>(tensor.values<T>().data(), tensor.shape()[0], tensor.shape()[1]);
}

template <class T>
[[gnu::noinline]] void eigen_product(const RowMajor<T>& x, const RowMajor<T>& w, RowMajor<T>& y) {
  y.noalias() = x * w;
}

/// The expanded form, as Eigen does it fastest.
template <class T>
[[gnu::noinline]] void eigen_distances(const RowMajor<T>& x, const RowMajor<T>& points, RowMajor<T>& y) {
  y.noalias() = T{-2} * x * points.transpose();
  y.colwise() += x.rowwise().squaredNorm();
  y.rowwise() += points.rowwise().squaredNorm().transpose();
  y = y.cwiseMax(T{0}).cwiseSqrt();
}

}  // namespace

namespace pelton::operators {
namespace {

using tensor::Value;

template <class T>
Tensor normal(const Shape& shape) {
  static std::mt19937_64 random(1);
  std::normal_distribution<T> distribution;
  Tensor tensor;
  for (T& value : tensor.reset<T>(shape)) value = distribution(random);
  return tensor;
}

/// One operation on rows [rows, k] and a right side, which is known or comes with the rows.
template <class T>
class Case {
 public:
  Case(std::string_view domain, std::string_view name, Tensor rows, Tensor right, bool is_constant,
       std::string_view metric = "") {
    inputs_[0].tensor = std::move(rows);
    inputs_[1].tensor = std::move(right);
    std::vector<Operand> operands(2);
    for (std::size_t i = 0; i < 2; ++i) operands[i] = {true, false, tensor::kTypeOf<T>, nullptr};
    if (is_constant) operands[1].constant = &inputs_[1].tensor;
    Node node(21, std::move(operands), {true}, [&](std::string_view attribute) -> std::optional<AttributeValue> {
      return attribute == "metric" ? std::optional<AttributeValue>(std::string(metric)) : std::nullopt;
    });
    operation_ = find_operator(domain, name)->build(node);
  }
  void run() {
    const std::array<const Value*, 2> taken{&inputs_[0], &inputs_[1]};
    const std::array<Value*, 1> given{&output_};
    core::TextArena texts;
    tensor::RunContext context{texts};
    operation_->run(taken, given, context);
    benchmark::DoNotOptimize(output_.tensor.data());
    benchmark::ClobberMemory();
  }
  const Tensor& input(std::size_t i) const { return inputs_[i].tensor; }

 private:
  std::array<Value, 2> inputs_;
  Value output_;
  std::shared_ptr<const Operation> operation_;
};

void count_work(benchmark::State& state, std::int64_t work) {
  state.counters["GFlop/s"] = benchmark::Counter(
      2e-9 * static_cast<double>(work) * static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
}

template <class T>
void product(benchmark::State& state, const char* name, bool is_constant) {
  const std::int64_t rows = state.range(0), k = state.range(1), m = state.range(2);
  Case<T> c("", name, normal<T>({rows, k}), normal<T>({k, m}), is_constant);
  for (auto _ : state) c.run();
  count_work(state, rows * k * m);
}

template <class T>
void product_by_eigen(benchmark::State& state) {
  const std::int64_t rows = state.range(0), k = state.range(1), m = state.range(2);
  const RowMajor<T> x = mapped<T>(normal<T>({rows, k})), w = mapped<T>(normal<T>({k, m}));
  RowMajor<T> y(rows, m);
  for (auto _ : state) {
    eigen_product<T>(x, w, y);
    benchmark::DoNotOptimize(y.data());
    benchmark::ClobberMemory();
  }
  count_work(state, rows * k * m);
}

template <class T>
void distances(benchmark::State& state, bool is_constant) {
  const std::int64_t rows = state.range(0), k = state.range(1), points = state.range(2);
  Case<T> c(kMicrosoftDomain, "CDist", normal<T>({rows, k}), normal<T>({points, k}), is_constant, "euclidean");
  for (auto _ : state) c.run();
  count_work(state, rows * k * points);
}

template <class T>
void distances_by_eigen(benchmark::State& state) {
  const std::int64_t rows = state.range(0), k = state.range(1), points = state.range(2);
  const RowMajor<T> x = mapped<T>(normal<T>({rows, k})), p = mapped<T>(normal<T>({points, k}));
  RowMajor<T> y(rows, points);
  for (auto _ : state) {
    eigen_distances<T>(x, p, y);
    benchmark::DoNotOptimize(y.data());
    benchmark::ClobberMemory();
  }
  count_work(state, rows * k * points);
}

/// A layer of a network, words' weights against five classes, a wide layer.
void layers(benchmark::internal::Benchmark* benchmark) {
  for (const std::int64_t rows : {1, 256}) {
    for (const auto& [k, m] : {std::pair{100, 100}, std::pair{10000, 5}, std::pair{512, 512}}) {
      benchmark->Args({rows, k, m});
    }
  }
}

void neighbours(benchmark::internal::Benchmark* benchmark) {
  for (const std::int64_t rows : {1, 256}) {
    for (const std::int64_t features : {4, 30}) benchmark->Args({rows, features, 5000});
  }
}

void floats_product(benchmark::State& state, const char* name, bool is_constant) {
  product<float>(state, name, is_constant);
}
void doubles_product(benchmark::State& state, const char* name, bool is_constant) {
  product<double>(state, name, is_constant);
}
void floats_distances(benchmark::State& state, bool is_constant) { distances<float>(state, is_constant); }

BENCHMARK_CAPTURE(floats_product, matmul_known, "MatMul", true)->Apply(layers);
BENCHMARK_CAPTURE(floats_product, matmul, "MatMul", false)->Apply(layers);
BENCHMARK_CAPTURE(floats_product, gemm_known, "Gemm", true)->Apply(layers);
BENCHMARK_CAPTURE(doubles_product, matmul_known, "MatMul", true)->Apply(layers);
BENCHMARK(product_by_eigen<float>)->Apply(layers);
BENCHMARK(product_by_eigen<double>)->Apply(layers);
BENCHMARK_CAPTURE(floats_distances, cdist_known, true)->Apply(neighbours);
BENCHMARK_CAPTURE(floats_distances, cdist, false)->Apply(neighbours);
BENCHMARK(distances_by_eigen<float>)->Apply(neighbours);
BENCHMARK(distances_by_eigen<double>)->Apply(neighbours);

}  // namespace
}  // namespace pelton::operators
