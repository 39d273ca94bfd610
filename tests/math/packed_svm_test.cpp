#include "math/packed_svm.hpp"

#include "math/samples.hpp"

namespace pelton::math {
namespace {

struct Machine {
  SvmFunction function;
  std::size_t features, m;
  std::vector<std::size_t> groups;
  std::size_t vectors = 0;
  std::vector<double> support, coefficients;

  Machine(Samples& samples, SvmFunction f, std::size_t dims, std::size_t sums, std::vector<std::size_t> sizes)
      : function(f), features(dims), m(sums), groups(std::move(sizes)) {
    for (const std::size_t size : groups) vectors += size;
    support = samples.ordinary(vectors * features);
    coefficients = samples.ordinary(m * vectors);
  }
  PackedSvm packed() const {
    return PackedSvm(function, {support.data(), vectors, features}, {coefficients.data(), m, vectors}, groups);
  }
  std::size_t width() const { return groups.size() * m; }

  long double kernel(const double* x, const double* s) const {
    long double product = 0, distance = 0;
    for (std::size_t k = 0; k < features; ++k) {
      const long double a = x[k], b = s[k];
      product += a * b;
      distance += (a - b) * (a - b);
    }
    const long double inner = function.gamma * product + function.coef0;
    switch (function.kernel) {
      case SvmKernel::linear: return product;
      case SvmKernel::rbf: return std::exp(-static_cast<long double>(function.gamma) * distance);
      case SvmKernel::sigmoid: return std::tanh(inner);
      case SvmKernel::polynomial: return std::pow(inner, static_cast<long double>(function.degree));
    }
    return 0;
  }
};

std::vector<double> run(core::Isa isa, const PackedSvm& svm, std::size_t width, const double* x, std::size_t rows) {
  std::vector<double> y(rows * width, -77.0);
  core::AlignedBuffer<double> scratch(svm_scratch_doubles(svm.view().sums_per_group));
  kernels(isa).svm_sums(svm.view(), {x, svm.view().features}, rows, {y.data(), width}, scratch.data());
  return y;
}

std::vector<SvmFunction> functions() {
  return {{SvmKernel::linear, 0, 0, 0},       {SvmKernel::rbf, 0.2, 0, 0},           {SvmKernel::sigmoid, 0.1, 0.3, 0},
          {SvmKernel::polynomial, 0.3, 1, 3}, {SvmKernel::polynomial, 0.05, 9, 2.5}, {SvmKernel::polynomial, 1, 1, 0}};
}

TEST(PackedSvm, IsNearTheNaiveSum) {
  Samples samples(31);
  for (const SvmFunction& f : functions()) {
    for (const auto& groups : {std::vector<std::size_t>{1}, {8}, {9, 0, 5}, {130, 3}, {40, 41, 42}}) {
      const Machine machine(samples, f, 7, groups.size() == 1 ? 1 : groups.size() - 1, groups);
      const std::vector<double> x = samples.ordinary(9 * 7);
      const std::vector<double> y = run(available_isas().back(), machine.packed(), machine.width(), x.data(), 9);
      for (std::size_t r = 0; r < 9; ++r) {
        std::size_t first = 0;
        for (std::size_t g = 0; g < groups.size(); ++g) {
          for (std::size_t i = 0; i < machine.m; ++i) {
            long double exact = 0, sizes = 0;
            for (std::size_t v = first; v < first + groups[g]; ++v) {
              const long double term =
                  machine.coefficients[i * machine.vectors + v] * machine.kernel(&x[r * 7], &machine.support[v * 7]);
              exact += term;
              sizes += std::fabs(term);
            }
            // Some thirty roundings between a feature and the sum, each magnified by the kernel's slope.
            ASSERT_LE(std::fabs(y[r * machine.width() + g * machine.m + i] - exact), 0x1p-53L * 60 * (sizes + 1))
                << static_cast<int>(f.kernel) << " degree " << f.degree;
          }
          first += groups[g];
        }
      }
    }
  }
}

TEST(PackedSvm, HasTheSameBitsOnEveryInstructionSetAndInEveryBatch) {
  Samples samples(32);
  for (const SvmFunction& f : functions()) {
    for (const std::size_t features : {1, 7, 30}) {
      const Machine machine(samples, f, features, 2, {150, 9, 64});
      const PackedSvm packed = machine.packed();
      std::vector<double> x = samples.ordinary(70 * features);
      for (const std::size_t r : {2, 21, 50}) x[r * features] = samples.any();
      x[21 * features] = std::nan("");
      x[22 * features] = INFINITY;
      const std::vector<double> wanted = run(core::Isa::scalar, packed, 6, x.data(), 70);
      for (const core::Isa isa : available_isas()) {
        for (const std::size_t rows : {1, 2, 3, 4, 5, 7, 70}) {
          const std::size_t first = (70 - rows) / 3;
          const auto begin = wanted.begin() + static_cast<std::ptrdiff_t>(first * 6);
          ASSERT_EQ(bits(run(isa, packed, 6, &x[first * features], rows)),
                    bits({begin, begin + static_cast<std::ptrdiff_t>(rows * 6)}))
              << static_cast<int>(f.kernel) << ", " << rows << " rows on " << core::to_string(isa);
        }
      }
    }
  }
}

TEST(PackedSvm, TheLastBlocksPaddingTakesNoPart) {
  // A kernel that overflows gives infinity, not NaN from an infinite value times a padding's 0.
  Samples samples(33);
  Machine machine(samples, {SvmKernel::polynomial, 1, 0, 2}, 1, 1, {3});
  machine.support = {1, 1, 1};
  machine.coefficients = {1, 1, 1};
  const double x = 1e200;
  for (const core::Isa isa : available_isas()) {
    EXPECT_EQ(run(isa, machine.packed(), 1, &x, 1), std::vector<double>{INFINITY});
  }
}

TEST(PackedSvm, ANearVectorKeepsItsDistance) {
  // |x|² + |s|² − 2 x·s would lose these distances altogether.
  Samples samples(34);
  Machine machine(samples, {SvmKernel::rbf, 1, 0, 0}, 1, 1, {1});
  machine.support = {1e9};
  machine.coefficients = {1};
  const double x = 1e9 + 1;
  EXPECT_LE(ulps(run(core::Isa::scalar, machine.packed(), 1, &x, 1)[0], std::exp(-1.0L)), 1);
}

}  // namespace
}  // namespace pelton::math
