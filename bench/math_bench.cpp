// Eigen's layers are only comparable if this file is compiled for this machine: -DCMAKE_CXX_FLAGS=-march=native.
// Dense kernels: elementary functions, linear models, layers beside Eigen's, support vector machines.
#include <benchmark/benchmark.h>

#include <random>
#include <vector>

#include "math/kernels.hpp"
#include "math/packed_affine.hpp"
#include "math/packed_float_layer.hpp"
#include "math/packed_float_rbf.hpp"
#include "math/packed_svm.hpp"

#include <eigen3/Eigen/Core>

namespace {

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

[[gnu::noinline]] void eigen_layer(const RowMajor& x, const RowMajor& w, const Eigen::RowVectorXd& b, RowMajor& y,
                                   bool relu) {
  y.noalias() = x * w;
  y.rowwise() += b;
  if (relu) y = y.cwiseMax(0.0);
}

}  // namespace

namespace pelton::math {
namespace {

std::vector<double> normal(std::size_t n, std::uint64_t seed = 1) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> distribution;
  std::vector<double> values(n);
  for (double& v : values) v = distribution(random);
  return values;
}

/// As a float32 graph has them.
std::vector<double> floats(std::vector<double> values) {
  for (double& v : values) v = static_cast<double>(static_cast<float>(v));
  return values;
}

const Kernels* kernels_of(benchmark::State& state, core::Isa isa) {
  if (isa <= core::detected_isa()) return &kernels(isa);
  state.SkipWithError("not on this machine");
  return nullptr;
}

void per_row(benchmark::State& state, std::size_t rows) {
  state.counters["ns_per_row"] =
      benchmark::Counter(static_cast<double>(state.iterations()) * static_cast<double>(rows) * 1e-9,
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void elementary(benchmark::State& state, UnaryOp op, core::Isa isa) {
  const Kernels* k = kernels_of(state, isa);
  if (k == nullptr) return;
  const std::size_t n = 1024;
  const std::vector<double> x = normal(n);
  std::vector<double> y(n);
  for (auto _ : state) {
    k->unary({op, 0, 0}, {x.data(), n}, 1, n, {y.data(), n});
    benchmark::DoNotOptimize(y.data());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(n));
}

void linear(benchmark::State& state) {
  const auto features = static_cast<std::size_t>(state.range(0)), rows = static_cast<std::size_t>(state.range(1));
  const std::vector<double> x = normal(features * rows), w = normal(features);
  const PackedAffine packed({w.data(), features, 1}, {});
  std::vector<double> y(rows);
  const AffineView view = packed.view();
  for (auto _ : state) {
    kernels().affine(view, {x.data(), features}, rows, {y.data(), 1});
    benchmark::DoNotOptimize(y.data());
    benchmark::ClobberMemory();
  }
  per_row(state, rows);
}

constexpr std::size_t kSizes[] = {32, 64, 64, 1};

void layers(benchmark::State& state, core::Isa isa, bool as_floats) {
  const Kernels* k = kernels_of(state, isa);
  if (k == nullptr) return;
  const auto rows = static_cast<std::size_t>(state.range(0));
  std::vector<PackedAffine> weights;
  std::vector<std::vector<double>> values{normal(rows * kSizes[0])};
  for (std::size_t i = 0; i < 3; ++i) {
    std::vector<double> w = normal(kSizes[i] * kSizes[i + 1]);
    if (as_floats) w = floats(std::move(w));
    weights.emplace_back(ConstMatrix{w.data(), kSizes[i], kSizes[i + 1]}, normal(kSizes[i + 1]));
    values.emplace_back(rows * kSizes[i + 1]);
  }
  for (auto _ : state) {
    for (std::size_t i = 0; i < 3; ++i) {
      const Activation f{i < 2 ? UnaryOp::relu : UnaryOp::identity};
      k->affine(weights[i].view(f), {values[i].data(), kSizes[i]}, rows, {values[i + 1].data(), kSizes[i + 1]});
    }
    benchmark::DoNotOptimize(values.back().data());
    benchmark::ClobberMemory();
  }
  per_row(state, rows);
}

/// The same layers in floats, as one network.
void network(benchmark::State& state, core::Isa isa) {
  const Kernels* k = kernels_of(state, isa);
  if (k == nullptr) return;
  const auto rows = static_cast<std::size_t>(state.range(0));
  std::vector<PackedFloatLayer> weights;
  std::vector<FloatLayer> views;
  weights.reserve(3);
  for (std::size_t i = 0; i < 3; ++i) {
    const std::vector<double> w = normal(kSizes[i] * kSizes[i + 1]);
    weights.emplace_back(ConstMatrix{w.data(), kSizes[i], kSizes[i + 1]}, normal(kSizes[i + 1]));
    views.push_back(weights.back().view({i < 2 ? UnaryOp::relu : UnaryOp::identity}));
  }
  const std::vector<double> x = normal(rows * kSizes[0]);
  std::vector<double> y(rows);
  core::AlignedBuffer<double> scratch(network_scratch_doubles(64, rows));
  for (auto _ : state) {
    k->float_network({views.data(), views.size(), 64}, {x.data(), kSizes[0]}, rows, {y.data(), 1}, scratch.data());
    benchmark::DoNotOptimize(y.data());
    benchmark::ClobberMemory();
  }
  per_row(state, rows);
}

void layers_eigen(benchmark::State& state) {
  const auto rows = static_cast<Eigen::Index>(state.range(0));
  std::vector<RowMajor> w, values{RowMajor::Random(rows, 32)};
  std::vector<Eigen::RowVectorXd> b;
  for (std::size_t i = 0; i < 3; ++i) {
    const auto in = static_cast<Eigen::Index>(kSizes[i]), out = static_cast<Eigen::Index>(kSizes[i + 1]);
    w.push_back(RowMajor::Random(in, out));
    b.push_back(Eigen::RowVectorXd::Random(out));
    values.emplace_back(rows, out);
  }
  for (auto _ : state) {
    for (std::size_t i = 0; i < 3; ++i) eigen_layer(values[i], w[i], b[i], values[i + 1], i < 2);
    benchmark::DoNotOptimize(values.back().data());
    benchmark::ClobberMemory();
  }
  per_row(state, static_cast<std::size_t>(rows));
}

void svm(benchmark::State& state, SvmKernel kernel, core::Isa isa) {
  const Kernels* k = kernels_of(state, isa);
  if (k == nullptr) return;
  const std::size_t vectors = 1500, features = 30, rows = static_cast<std::size_t>(state.range(0));
  const std::vector<double> support = normal(vectors * features), coefficients = normal(vectors, 2);
  const std::vector<double> x = normal(rows * features, 3);
  const std::size_t groups[] = {vectors};
  const PackedSvm packed({kernel, 0.03, 0.5, 3}, {support.data(), vectors, features}, {coefficients.data(), 1, vectors},
                         groups);
  core::AlignedBuffer<double> scratch(svm_scratch_doubles(1));
  std::vector<double> y(rows);
  for (auto _ : state) {
    k->svm_sums(packed.view(), {x.data(), features}, rows, {y.data(), 1}, scratch.data());
    benchmark::DoNotOptimize(y.data());
    benchmark::ClobberMemory();
  }
  per_row(state, rows);
}

/// An rbf machine with distances in floats.
void float_rbf(benchmark::State& state, core::Isa isa) {
  const Kernels* k = kernels_of(state, isa);
  if (k == nullptr) return;
  const std::size_t vectors = 1500, features = 30, rows = static_cast<std::size_t>(state.range(0));
  const std::vector<double> support = normal(vectors * features), coefficients = normal(vectors, 2);
  const std::vector<double> x = normal(rows * features, 3);
  const std::size_t groups[] = {vectors};
  const PackedFloatRbf packed(0.03, {support.data(), vectors, features}, {coefficients.data(), 1, vectors}, groups);
  core::AlignedBuffer<double> scratch(rbf_scratch_doubles(features, 1));
  std::vector<double> y(rows);
  for (auto _ : state) {
    k->rbf_sums(packed.view(), {x.data(), features}, rows, {y.data(), 1}, scratch.data());
    benchmark::DoNotOptimize(y.data());
    benchmark::ClobberMemory();
  }
  per_row(state, rows);
}

using core::Isa;

BENCHMARK_CAPTURE(elementary, exp_avx512, UnaryOp::exp, Isa::avx512);
BENCHMARK_CAPTURE(elementary, tanh_avx512, UnaryOp::tanh, Isa::avx512);
BENCHMARK_CAPTURE(elementary, sigmoid_avx512, UnaryOp::sigmoid, Isa::avx512);
BENCHMARK_CAPTURE(elementary, log_avx512, UnaryOp::log, Isa::avx512);
BENCHMARK_CAPTURE(elementary, exp_avx2, UnaryOp::exp, Isa::avx2);
BENCHMARK_CAPTURE(elementary, tanh_avx2, UnaryOp::tanh, Isa::avx2);
BENCHMARK_CAPTURE(elementary, sigmoid_avx2, UnaryOp::sigmoid, Isa::avx2);
BENCHMARK_CAPTURE(elementary, exp_scalar, UnaryOp::exp, Isa::scalar);
BENCHMARK(linear)->ArgsProduct({{2, 32, 1000}, {1, 64, 4096}});
BENCHMARK_CAPTURE(layers, avx512, Isa::avx512, false)->Arg(1)->Arg(4)->Arg(16)->Arg(256)->Arg(4096);
BENCHMARK_CAPTURE(layers, avx512_float_weights, Isa::avx512, true)->Arg(1)->Arg(4)->Arg(16)->Arg(256)->Arg(4096);
BENCHMARK_CAPTURE(layers, avx2, Isa::avx2, false)->Arg(1)->Arg(4)->Arg(16)->Arg(256)->Arg(4096);
BENCHMARK_CAPTURE(layers, scalar, Isa::scalar, false)->Arg(1)->Arg(16);
BENCHMARK_CAPTURE(network, avx512, Isa::avx512)->Arg(1)->Arg(4)->Arg(16)->Arg(256)->Arg(4096);
BENCHMARK_CAPTURE(network, avx2, Isa::avx2)->Arg(1)->Arg(4)->Arg(16)->Arg(256)->Arg(4096);
BENCHMARK_CAPTURE(network, scalar, Isa::scalar)->Arg(1)->Arg(16);
BENCHMARK(layers_eigen)->Arg(1)->Arg(4)->Arg(16)->Arg(256)->Arg(4096);
BENCHMARK_CAPTURE(svm, rbf_avx512, SvmKernel::rbf, Isa::avx512)->Arg(1)->Arg(64)->Arg(4096);
BENCHMARK_CAPTURE(svm, rbf_avx2, SvmKernel::rbf, Isa::avx2)->Arg(1)->Arg(64);
BENCHMARK_CAPTURE(svm, rbf_scalar, SvmKernel::rbf, Isa::scalar)->Arg(1);
BENCHMARK_CAPTURE(float_rbf, avx512, Isa::avx512)->Arg(1)->Arg(64)->Arg(4096);
BENCHMARK_CAPTURE(float_rbf, avx2, Isa::avx2)->Arg(1)->Arg(64);
BENCHMARK_CAPTURE(float_rbf, scalar, Isa::scalar)->Arg(1);
BENCHMARK_CAPTURE(svm, polynomial_avx512, SvmKernel::polynomial, Isa::avx512)->Arg(1)->Arg(64);

}  // namespace
}  // namespace pelton::math
