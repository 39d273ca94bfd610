#include "math/packed_float_rbf.hpp"

#include "core/aligned_buffer.hpp"
#include "math/samples.hpp"

#include <gtest/gtest.h>

namespace pelton::math {
namespace {

struct Machine {
  double gamma;
  std::size_t features, m;
  std::vector<std::size_t> groups;
  std::size_t vectors = 0;
  std::vector<double> support, coefficients;

  Machine(Samples& samples, double g, std::size_t dims, std::size_t sums, std::vector<std::size_t> sizes)
      : gamma(g), features(dims), m(sums), groups(std::move(sizes)) {
    for (const std::size_t size : groups) vectors += size;
    support = samples.ordinary(vectors * features);
    for (double& v : support) v = static_cast<double>(static_cast<float>(v));
    coefficients = samples.ordinary(m * vectors);
  }
  PackedFloatRbf packed() const {
    return PackedFloatRbf(gamma, {support.data(), vectors, features}, {coefficients.data(), m, vectors}, groups);
  }
  std::size_t width() const { return groups.size() * m; }

  long double kernel(const double* x, const double* s) const {
    long double distance = 0;
    for (std::size_t k = 0; k < features; ++k) {
      const long double apart = static_cast<long double>(static_cast<float>(x[k])) - s[k];
      distance += apart * apart;
    }
    return std::exp(-static_cast<long double>(gamma) * distance);
  }
};

std::vector<double> run(core::Isa isa, const PackedFloatRbf& svm, std::size_t width, const double* x,
                        std::size_t rows) {
  std::vector<double> y(rows * width, -77.0);
  const FloatRbf& view = svm.view();
  core::AlignedBuffer<double> scratch(rbf_scratch_doubles(view.features, view.sums_per_group));
  kernels(isa).rbf_sums(view, {x, view.features}, rows, {y.data(), width}, scratch.data());
  return y;
}

TEST(PackedFloatRbf, IsNearTheNaiveSum) {
  Samples samples(51);
  for (const std::size_t features : {1, 7, 16, 30}) {
    for (const auto& groups : {std::vector<std::size_t>{1}, {16}, {9, 0, 5}, {130, 3}, {17, 33, 49, 64, 65}}) {
      const Machine machine(samples, 0.7 / static_cast<double>(features), features,
                            groups.size() == 1 ? 1 : groups.size() - 1, groups);
      const std::vector<double> x = samples.ordinary(9 * features);
      const std::vector<double> y = run(available_isas().back(), machine.packed(), machine.width(), x.data(), 9);
      for (std::size_t r = 0; r < 9; ++r) {
        std::size_t first = 0;
        for (std::size_t g = 0; g < groups.size(); ++g) {
          for (std::size_t i = 0; i < machine.m; ++i) {
            long double exact = 0, sizes = 0;
            for (std::size_t v = first; v < first + groups[g]; ++v) {
              const long double weight = machine.coefficients[i * machine.vectors + v];
              exact += weight * machine.kernel(&x[r * features], &machine.support[v * features]);
              sizes += std::fabs(weight);
            }
            // A kernel value is off by the roundings of its distance, times t e^-t, and its own.
            const long double bound = 0x1p-24L * static_cast<long double>(features / 2 + 6) * sizes;
            ASSERT_LE(std::fabs(y[r * machine.width() + g * machine.m + i] - exact), bound) << features;
          }
          first += groups[g];
        }
      }
    }
  }
}

TEST(PackedFloatRbf, HasTheSameBitsOnEveryInstructionSetAndInEveryBatch) {
  Samples samples(52);
  for (const std::size_t features : {1, 7, 16, 30}) {
    const Machine machine(samples, 0.3, features, 2, {150, 9, 64});
    const PackedFloatRbf packed = machine.packed();
    std::vector<double> x = samples.ordinary(70 * features);
    for (const std::size_t r : {2, 23, 50}) x[r * features] = samples.any();
    x[24 * features] = std::nan("");
    x[25 * features] = INFINITY;
    x[26 * features] = -1e300;
    x[27 * features] = 30;  // kernel values near and below the smallest float
    const std::vector<double> wanted = run(core::Isa::scalar, packed, 6, x.data(), 70);
    for (const core::Isa isa : available_isas()) {
      for (const std::size_t rows : {1, 2, 3, 4, 5, 7, 70}) {
        const std::size_t first = (70 - rows) / 3;
        const auto begin = wanted.begin() + static_cast<std::ptrdiff_t>(first * 6);
        ASSERT_EQ(bits(run(isa, packed, 6, &x[first * features], rows)),
                  bits({begin, begin + static_cast<std::ptrdiff_t>(rows * 6)}))
            << rows << " rows on " << core::to_string(isa);
      }
    }
  }
}

TEST(PackedFloatRbf, FarVectorsCountNothingAndNaNStays) {
  Samples samples(53);
  const Machine machine(samples, 1, 2, 1, {20});
  for (const core::Isa isa : available_isas()) {
    for (const double far : {1e3, 1e30, 1e300, static_cast<double>(INFINITY)}) {
      const double row[] = {far, 0};
      EXPECT_EQ(run(isa, machine.packed(), 1, row, 1), std::vector<double>{0}) << far;
    }
    const double row[] = {0, std::nan("")};
    EXPECT_TRUE(std::isnan(run(isa, machine.packed(), 1, row, 1)[0]));
  }
}

}  // namespace
}  // namespace pelton::math
