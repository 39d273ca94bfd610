#include <array>
#include <cmath>

#include "graph/classifiers.hpp"
#include "graph/running.hpp"
#include "math/samples.hpp"

namespace pelton::graph {
namespace {

using math::Samples;

std::vector<double> floats(std::vector<double> values) {
  for (double& v : values) v = static_cast<double>(static_cast<float>(v));
  return values;
}

/// 9-20-20-2, as an exporter writes it: product, function, product, and so on, between roundings to floats.
struct Network {
  std::vector<double> w1, w2, w3, b1, b2, b3;
  explicit Network(Samples& samples)
      : w1(floats(samples.ordinary(9 * 20))),
        w2(floats(samples.ordinary(20 * 20))),
        w3(floats(samples.ordinary(20 * 2))),
        b1(floats(samples.ordinary(20))),
        b2(floats(samples.ordinary(20))),
        b3(floats(samples.ordinary(2))) {}

  Register add(ProgramBuilder& b, Register x, UnaryOp op, bool float32) const {
    const Register h1 = must(b.add("h1", Affine{x, {w1.data(), 9, 20}, b1, {}, float32}));
    const Register a1 = must(b.add("a1", Unary{h1, op}));
    const Register h2 = must(b.add("h2", Affine{a1, {w2.data(), 20, 20}, b2, {}, float32}));
    const Register a2 = must(b.add("a2", Unary{h2, op}));
    return must(b.add("h3", Affine{a2, {w3.data(), 20, 2}, b3, {}, float32}));
  }
};

double apart(const std::vector<double>& a, const std::vector<double>& b) {
  double worst = 0, size = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    worst = std::max(worst, std::abs(a[i] - b[i]));
    size = std::max(size, std::abs(b[i]));
  }
  return worst / size;
}

TEST(FloatNetworkStep, ARunOfFloatLayersIsOneStepAndItsRoundingsCostNothing) {
  Samples samples(61);
  const Network network(samples);
  for (const UnaryOp op : {UnaryOp::relu, UnaryOp::tanh}) {
    ProgramBuilder b(9);
    const Register x = must(b.add("x", Unary{b.input(), UnaryOp::to_float32}));
    const Register y = network.add(b, x, op, true);
    const Register rounded = must(b.add("y", Unary{y, UnaryOp::to_float32}));
    const Register exact = network.add(b, x, op, false);
    const auto program = b.compile(std::array{rounded});
    ASSERT_TRUE(program);
    ASSERT_EQ(program->plan().size(), 1U);
    EXPECT_NE(program->plan()[0].find("network in float32"), std::string::npos) << program->plan()[0];

    const std::vector<double> rows = samples.ordinary(50 * 9);
    const auto values = run(*program, {rows.data(), 50, 9})[0];
    EXPECT_EQ(values, floats(values));
    EXPECT_LE(apart(values, run(b, {exact}, {rows.data(), 50, 9})[0]), 1e-6);
  }
}

TEST(FloatNetworkStep, WhatIsReadElsewhereIsKept) {
  Samples samples(62);
  const Network network(samples);
  ProgramBuilder b(9);
  const Register x = must(b.add("x", Unary{b.input(), UnaryOp::to_float32}));
  const Register h = must(b.add("h", Affine{x, {network.w1.data(), 9, 20}, network.b1, {UnaryOp::relu}, true}));
  const Register y = must(b.add("y", Affine{h, {network.w2.data(), 20, 20}, network.b2, {}, true}));
  const Register z = must(b.add("z", Binary{BinaryOp::add, h, y}));
  const std::vector<double> rows = samples.ordinary(9);
  const auto values = run(b, {x, h, y, z}, {rows.data(), 1, 9});
  EXPECT_EQ(values[0], floats(rows));
  for (std::size_t i = 0; i < 20; ++i) EXPECT_EQ(values[1][i] + values[2][i], values[3][i]);
}

TEST(FloatNetworkStep, AFunctionAtTheEndIsNotRounded) {
  Samples samples(63);
  const Network network(samples);
  ProgramBuilder b(9);
  const Register margin = network.add(b, b.input(), UnaryOp::relu, true);
  const Register share = must(b.add("share", Unary{margin, UnaryOp::sigmoid}));
  const std::vector<double> rows = samples.ordinary(30 * 9);
  const auto margins = run(b, {margin}, {rows.data(), 30, 9})[0], shares = run(b, {share}, {rows.data(), 30, 9})[0];
  std::vector<double> wanted(margins.size());
  math::kernels().unary({UnaryOp::sigmoid}, {margins.data(), 2}, 30, 2, {wanted.data(), 2});
  EXPECT_EQ(shares, wanted);
  EXPECT_NE(shares, floats(shares));
}

TEST(FloatNetworkStep, LayersThatAreNotAllFloatsOrHaveNothingBetweenThemStayInDouble) {
  Samples samples(64);
  Network network(samples);
  const std::vector<double> rows = samples.ordinary(4 * 9);
  const auto both = [&](ProgramBuilder& b, Register one, Register other) {
    EXPECT_EQ(run(b, {one}, {rows.data(), 4, 9}), run(b, {other}, {rows.data(), 4, 9}));
  };
  {
    ProgramBuilder b(9);
    both(b, network.add(b, b.input(), UnaryOp::identity, true), network.add(b, b.input(), UnaryOp::identity, false));
  }
  network.b2[3] = 0.1;
  network.w3[0] = 0.1;
  ProgramBuilder b(9);
  both(b, network.add(b, b.input(), UnaryOp::tanh, true), network.add(b, b.input(), UnaryOp::tanh, false));
}

struct Machine {
  std::vector<double> vectors, coefficients;
  Machine(Samples& samples, double size) : vectors(floats(samples.ordinary(200 * 6))) {
    coefficients = samples.ordinary(200);
    for (double& c : coefficients) c *= size;
  }
  Register add(ProgramBuilder& b, Register x, bool float32) const {
    SvmRegressor spec;
    spec.x = x;
    spec.gamma = 0.1;
    spec.vectors = {vectors.data(), 200, 6};
    spec.coefficients = coefficients;
    spec.rho = 0.5;
    spec.float32 = float32;
    return must(add_svm_regressor(b, "svm", spec));
  }
};

TEST(FloatRbfStep, TakesDistancesInFloatsWhereThatIsGoodEnough) {
  Samples samples(65);
  const Machine machine(samples, 1);
  ProgramBuilder b(6);
  const Register x = must(b.add("x", Unary{b.input(), UnaryOp::to_float32}));
  const Register quick = machine.add(b, x, true), exact = machine.add(b, x, false);
  const auto program = b.compile(std::array{quick});
  ASSERT_TRUE(program);
  ASSERT_EQ(program->plan().size(), 2U);  // the sums, rounding their rows themselves, and rho
  EXPECT_NE(program->plan()[0].find("distances in float32"), std::string::npos) << program->plan()[0];
  const std::vector<double> rows = samples.ordinary(100 * 6);
  EXPECT_LE(apart(run(*program, {rows.data(), 100, 6})[0], run(b, {exact}, {rows.data(), 100, 6})[0]), 2e-6);
}

TEST(FloatRbfStep, StaysInDoubleWhereTheSumCancels) {
  Samples samples(66);
  // Every vector twice, a little apart, with opposite weights: what is left are the digits that floats lose.
  Machine machine(samples, 1);
  for (std::size_t v = 0; v + 1 < 200; v += 2) {
    for (std::size_t k = 0; k < 6; ++k) {
      machine.vectors[(v + 1) * 6 + k] =
          static_cast<double>(std::nextafter(static_cast<float>(machine.vectors[v * 6 + k]), 9.0F));
    }
    machine.coefficients[v + 1] = -machine.coefficients[v];
  }
  ProgramBuilder b(6);
  const auto program = b.compile(std::array{machine.add(b, b.input(), true)});
  ASSERT_TRUE(program);
  EXPECT_EQ(program->plan()[0].find("float32"), std::string::npos) << program->plan()[0];
}

}  // namespace
}  // namespace pelton::graph
