// Whole programs: a network, a scaled linear model, a support vector classifier, at several batches.
#include <benchmark/benchmark.h>

#include <array>
#include <random>
#include <vector>

#include "core/aligned_buffer.hpp"
#include "graph/classifiers.hpp"
#include "graph/program_builder.hpp"

namespace pelton::graph {
namespace {

std::vector<double> normal(std::size_t n) {
  std::mt19937_64 random(5);
  std::normal_distribution<double> distribution;
  std::vector<double> values(n);
  for (double& v : values) v = static_cast<double>(static_cast<float>(distribution(random)));
  return values;
}

void score(benchmark::State& state, const Program& program) {
  const auto rows = static_cast<std::size_t>(state.range(0));
  const std::vector<double> x = normal(rows * program.input_width());
  std::vector<double> y(rows * program.output_width(0));
  core::AlignedBuffer<double> scratch(program.scratch_doubles());
  const std::array outputs{math::Matrix{y.data(), rows, program.output_width(0)}};
  for (auto _ : state) {
    program.run({x.data(), rows, program.input_width()}, outputs, scratch.data());
    benchmark::DoNotOptimize(y.data());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(rows));
}

void network(benchmark::State& state) {
  ProgramBuilder b(32);
  const std::vector<double> w1 = normal(32 * 64), w2 = normal(64 * 64), w3 = normal(64), bias = normal(64);
  const Register h1 = *b.add("h1", Affine{b.input(), {w1.data(), 32, 64}, bias, {UnaryOp::relu}});
  const Register h2 = *b.add("h2", Affine{h1, {w2.data(), 64, 64}, bias, {UnaryOp::relu}});
  const Register y = *b.add("y", Affine{h2, {w3.data(), 64, 1}, {}});
  score(state, *b.compile(std::array{y}));
}

void scaled_logistic(benchmark::State& state) {
  ProgramBuilder b(30);
  const std::vector<double> w = normal(30), offset = normal(30), scale = normal(30);
  const Register present = *b.add("impute", Impute{b.input(), offset});
  const Register scaled = *b.add("scale", Scale{present, offset, scale});
  const Register y = *b.add("y", Affine{scaled, {w.data(), 30, 1}, {}, {UnaryOp::sigmoid}});
  score(state, *b.compile(std::array{y}));
}

/// 1500 vectors of 30 features, three classes with probabilities; output 0 label, 1 probabilities.
void svm_classifier(benchmark::State& state) {
  ProgramBuilder b(30);
  const std::vector<double> vectors = normal(1500 * 30), coefficients = normal(2 * 1500), rho = normal(3);
  const std::vector<double> prob_a{-1, -1, -1}, prob_b{0, 0, 0};
  const std::array<std::size_t, 3> per_class{500, 500, 500};
  SvmClassifier spec;
  spec.x = b.input();
  spec.gamma = 0.03;
  spec.vectors = {vectors.data(), 1500, 30};
  spec.coefficients = {coefficients.data(), 2, 1500};
  spec.vectors_per_class = per_class;
  spec.rho = rho;
  spec.prob_a = prob_a;
  spec.prob_b = prob_b;
  spec.classes = 3;
  const SvmOutputs outputs = *add_svm_classifier(b, "svm", spec);
  score(state, *b.compile(std::array{state.range(1) == 0 ? outputs.label : outputs.probabilities}));
}

BENCHMARK(network)->Arg(1)->Arg(4)->Arg(16)->Arg(256)->Arg(4096);
BENCHMARK(scaled_logistic)->Arg(1)->Arg(64)->Arg(4096);
BENCHMARK(svm_classifier)->ArgsProduct({{1, 64, 4096}, {0, 1}});

}  // namespace
}  // namespace pelton::graph
