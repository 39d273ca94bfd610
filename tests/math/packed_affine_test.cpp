#include "math/packed_affine.hpp"

#include "math/samples.hpp"

namespace pelton::math {
namespace {

struct Problem {
  std::size_t in, out;
  std::vector<double> weights, bias;
  Problem(Samples& samples, std::size_t i, std::size_t o)
      : in(i), out(o), weights(samples.ordinary(i * o)), bias(samples.ordinary(o)) {}
  PackedAffine packed() const { return PackedAffine({weights.data(), in, out}, bias); }
};

std::vector<double> run(core::Isa isa, const PackedAffine& w, Activation f, const double* x, std::size_t stride,
                        std::size_t rows) {
  std::vector<double> y(rows * w.out(), -77.0);
  kernels(isa).affine(w.view(f), {x, stride}, rows, {y.data(), w.out()});
  return y;
}

TEST(PackedAffine, IsAsNearToTheExactProductAsItsSumAllows) {
  Samples samples(21);
  for (const std::size_t in : {1, 2, 5, 8, 9, 31, 32, 100}) {
    for (const std::size_t out : {1, 2, 3, 4, 5, 8, 9, 17, 64, 70}) {
      const Problem p(samples, in, out);
      const std::vector<double> x = samples.ordinary(7 * in);
      for (const core::Isa isa : available_isas()) {
        const std::vector<double> y = run(isa, p.packed(), {}, x.data(), in, 7);
        for (std::size_t r = 0; r < 7; ++r) {
          for (std::size_t o = 0; o < out; ++o) {
            long double exact = p.bias[o], sizes = std::fabs(exact);
            for (std::size_t k = 0; k < in; ++k) {
              const long double term = static_cast<long double>(x[r * in + k]) * p.weights[k * out + o];
              exact += term;
              sizes += std::fabs(term);
            }
            // One rounding a term, each at most 2^-53 of what has been summed.
            const long double bound = 0x1p-53L * sizes * static_cast<long double>(in / 2 + 2);
            ASSERT_LE(std::fabs(y[r * out + o] - exact), bound) << in << "x" << out;
          }
        }
      }
    }
  }
}

TEST(PackedAffine, HasTheSameBitsOnEveryInstructionSetAndInEveryBatch) {
  Samples samples(22);
  for (const std::size_t in : {1, 3, 8, 13, 64}) {
    for (const std::size_t out : {1, 2, 4, 7, 16, 33, 65}) {
      const Problem p(samples, in, out);
      const PackedAffine packed = p.packed();
      for (const Activation f : {Activation{}, Activation{UnaryOp::relu}, Activation{UnaryOp::tanh}}) {
        const std::size_t stride = in + 1;
        std::vector<double> x = samples.ordinary(70 * stride);
        // Rows that are not numbers must not disturb their neighbours.
        for (const std::size_t r : {3, 20, 41}) x[r * stride] = samples.any();
        x[20 * stride] = std::nan("");
        const std::vector<double> wanted = run(core::Isa::scalar, packed, f, x.data(), stride, 70);
        for (const core::Isa isa : available_isas()) {
          for (std::size_t rows = 1; rows <= 70; rows += 1 + rows / 12) {
            for (const std::size_t first : {std::size_t{0}, (70 - rows) / 2}) {
              const std::vector<double> y = run(isa, packed, f, &x[first * stride], stride, rows);
              const auto begin = wanted.begin() + static_cast<std::ptrdiff_t>(first * out);
              ASSERT_EQ(bits(y), bits({begin, begin + static_cast<std::ptrdiff_t>(rows * out)}))
                  << in << "x" << out << ", " << rows << " rows on " << core::to_string(isa);
            }
          }
        }
      }
    }
  }
}

TEST(PackedAffine, GivesBackWhatWasPacked) {
  Samples samples(25);
  for (const std::size_t in : {1, 5, 40, 70}) {
    for (const std::size_t out : {1, 3, 8, 9, 33, 65, 70}) {
      Problem p(samples, in, out);
      EXPECT_EQ(p.packed().unpacked().weights, p.weights);
      EXPECT_EQ(p.packed().unpacked().bias, p.bias);
      for (double& w : p.weights) w = static_cast<double>(static_cast<float>(w));
      EXPECT_EQ(p.packed().unpacked().weights, p.weights);
    }
  }
}

TEST(PackedAffine, WritesNothingBesideItsColumns) {
  Samples samples(23);
  for (const std::size_t out : {1, 3, 9, 20}) {
    const Problem p(samples, 6, out);
    const PackedAffine packed = p.packed();
    const std::vector<double> x = samples.ordinary(11 * 6);
    for (const core::Isa isa : available_isas()) {
      std::vector<double> y(11 * (out + 3), -77.0);
      kernels(isa).affine(packed.view({UnaryOp::exp}), {x.data(), 6}, 11, {y.data(), out + 3});
      for (std::size_t r = 0; r < 11; ++r) {
        for (std::size_t c = out; c < out + 3; ++c) ASSERT_EQ(y[r * (out + 3) + c], -77.0);
      }
    }
  }
}

TEST(PackedAffine, AMissingBiasIsZero) {
  const std::vector<double> weights{2, 3}, x{5, 7};
  const PackedAffine packed({weights.data(), 2, 1}, {});
  EXPECT_EQ(run(core::Isa::scalar, packed, {}, x.data(), 2, 1), std::vector<double>{31});
}

}  // namespace
}  // namespace pelton::math
