// Kernels that treat every value alone: the same bits on every instruction set, in every place, and
// what each operation means.
#include "math/samples.hpp"

namespace pelton::math {
namespace {

constexpr auto kLastUnary = static_cast<int>(UnaryOp::to_uint64);
constexpr auto kLastBinary = static_cast<int>(BinaryOp::logical_xor);

/// A [rows, cols] block with its rows `stride` apart, and room around it that must stay as it is.
struct Block {
  std::vector<double> values;
  std::size_t stride;
  Block(std::size_t rows, std::size_t row_stride) : values(rows * row_stride, -77.0), stride(row_stride) {}
  Output out() { return {values.data(), stride}; }
};

TEST(Unary, HasTheSameBitsOnEveryInstructionSet) {
  Samples samples(1);
  const std::vector<double> x = samples.any(4099);
  for (int op = 0; op <= kLastUnary; ++op) {
    const Activation f{static_cast<UnaryOp>(op), samples.uniform(0.1, 2), samples.uniform(0.1, 2)};
    std::vector<std::uint64_t> wanted;
    for (const core::Isa isa : available_isas()) {
      std::vector<double> y(x.size());
      kernels(isa).unary(f, {x.data(), x.size()}, 1, x.size(), {y.data(), y.size()});
      if (wanted.empty()) wanted = bits(y);
      EXPECT_EQ(bits(y), wanted) << to_string(f.op) << " on " << core::to_string(isa);
    }
  }
}

TEST(Unary, AValueDoesNotKnowItsPlace) {
  Samples samples(2);
  for (int op = 0; op <= kLastUnary; ++op) {
    const Activation f{static_cast<UnaryOp>(op), 0.5, 1.5};
    for (const core::Isa isa : available_isas()) {
      for (std::size_t cols = 1; cols <= 19; ++cols) {
        const std::size_t rows = 1 + cols % 4, stride = cols + cols % 3;
        const std::vector<double> x = samples.any(rows * stride);
        Block together(rows, stride + 1);
        kernels(isa).unary(f, {x.data(), stride}, rows, cols, together.out());
        for (std::size_t r = 0; r < rows; ++r) {
          for (std::size_t c = 0; c < cols; ++c) {
            double alone = 0;
            kernels(isa).unary(f, {&x[r * stride + c], 1}, 1, 1, {&alone, 1});
            ASSERT_EQ(bits({together.values[r * (stride + 1) + c]}), bits({alone})) << to_string(f.op);
          }
          for (std::size_t c = cols; c <= stride; ++c) ASSERT_EQ(together.values[r * (stride + 1) + c], -77.0);
        }
      }
    }
  }
}

double unary(UnaryOp op, double x, double alpha = 0, double beta = 0) {
  double y = 0;
  kernels(core::Isa::scalar).unary({op, alpha, beta}, {&x, 1}, 1, 1, {&y, 1});
  return y;
}

TEST(Unary, MeansWhatItsNameSays) {
  EXPECT_EQ(unary(UnaryOp::relu, -3), 0);
  EXPECT_EQ(unary(UnaryOp::relu, 3), 3);
  EXPECT_EQ(unary(UnaryOp::leaky_relu, -3, 0.01), -0.03);
  EXPECT_DOUBLE_EQ(unary(UnaryOp::elu, -1, 2), 2 * std::expm1(-1.0));
  EXPECT_EQ(unary(UnaryOp::elu, 1, 2), 1);
  EXPECT_DOUBLE_EQ(unary(UnaryOp::selu, -1, 1.6, 1.05), 1.05 * 1.6 * std::expm1(-1.0));
  EXPECT_DOUBLE_EQ(unary(UnaryOp::selu, 2, 1.6, 1.05), 2.1);
  EXPECT_DOUBLE_EQ(unary(UnaryOp::celu, -1, 2), 2 * std::expm1(-0.5));
  EXPECT_EQ(unary(UnaryOp::thresholded_relu, 1, 1), 0);
  EXPECT_EQ(unary(UnaryOp::thresholded_relu, 1.5, 1), 1.5);
  EXPECT_EQ(unary(UnaryOp::hard_sigmoid, 1, 0.2, 0.5), 0.7);
  EXPECT_EQ(unary(UnaryOp::hard_sigmoid, 100, 0.2, 0.5), 1);
  EXPECT_EQ(unary(UnaryOp::hard_swish, 3), 3);
  EXPECT_EQ(unary(UnaryOp::hard_swish, -3), 0);
  EXPECT_EQ(unary(UnaryOp::softsign, -3), -0.75);
  EXPECT_DOUBLE_EQ(unary(UnaryOp::mish, 1), std::tanh(std::log1p(std::exp(1.0))));
  EXPECT_DOUBLE_EQ(unary(UnaryOp::gelu, 1), 0.5 * (1 + std::erf(std::sqrt(0.5))));
  EXPECT_NEAR(unary(UnaryOp::gelu_tanh, 1), 0.8411919906082768, 1e-15);
  EXPECT_EQ(unary(UnaryOp::square, -3), 9);
  EXPECT_EQ(unary(UnaryOp::abs, -3), 3);
  EXPECT_EQ(unary(UnaryOp::neg, 3), -3);
  EXPECT_EQ(unary(UnaryOp::reciprocal, 4), 0.25);
  EXPECT_EQ(unary(UnaryOp::sign, -4), -1);
  EXPECT_EQ(unary(UnaryOp::sign, 0), 0);
  EXPECT_EQ(unary(UnaryOp::floor, -0.5), -1);
  EXPECT_EQ(unary(UnaryOp::ceil, 0.5), 1);
  EXPECT_EQ(unary(UnaryOp::round, 2.5), 2);
  EXPECT_EQ(unary(UnaryOp::round, 3.5), 4);
  EXPECT_EQ(unary(UnaryOp::logical_not, 0), 1);
  EXPECT_EQ(unary(UnaryOp::logical_not, 2), 0);
  EXPECT_EQ(unary(UnaryOp::is_nan, std::nan("")), 1);
  EXPECT_EQ(unary(UnaryOp::is_nan, 1), 0);
  EXPECT_EQ(unary(UnaryOp::is_inf, -INFINITY, 1, 0), 1);
  EXPECT_EQ(unary(UnaryOp::is_inf, INFINITY, 1, 0), 0);
  EXPECT_EQ(unary(UnaryOp::one_class, 0), -1);
  EXPECT_EQ(unary(UnaryOp::one_class, 1e-300), 1);
  EXPECT_NEAR(unary(UnaryOp::probit, 0.975), 1.96, 0.01);
  EXPECT_EQ(unary(UnaryOp::to_float32, 0.1), static_cast<double>(0.1F));
  EXPECT_EQ(unary(UnaryOp::to_float32, 1e300), INFINITY);
}

TEST(Unary, CastsToIntegersAsX86Does) {
  const double two63 = 0x1p63, two64 = 0x1p64;
  struct Case {
    UnaryOp op;
    double x, wanted;
  };
  for (const auto& [op, x, wanted] : {Case{UnaryOp::to_bool, 0.5, 1},
                                      Case{UnaryOp::to_bool, -0.0, 0},
                                      Case{UnaryOp::to_bool, NAN, 1},
                                      Case{UnaryOp::to_int64, -2.9, -2},
                                      Case{UnaryOp::to_int64, 2.9, 2},
                                      Case{UnaryOp::to_int64, NAN, -two63},
                                      Case{UnaryOp::to_int64, 1e300, -two63},
                                      Case{UnaryOp::to_int64, -1e300, -two63},
                                      Case{UnaryOp::to_int32, 2147483647.9, 2147483647},
                                      Case{UnaryOp::to_int32, 2147483648., -2147483648.},
                                      Case{UnaryOp::to_int8, 127.9, 127},
                                      Case{UnaryOp::to_int8, 128, -128},
                                      Case{UnaryOp::to_int8, 300, 44},
                                      Case{UnaryOp::to_int8, 1e10, 0},
                                      Case{UnaryOp::to_int16, 40000, -25536},
                                      Case{UnaryOp::to_uint8, -1, 255},
                                      Case{UnaryOp::to_uint8, 256, 0},
                                      Case{UnaryOp::to_uint16, 65537, 1},
                                      Case{UnaryOp::to_uint32, -1, 4294967295.},
                                      Case{UnaryOp::to_uint32, 4294967297., 1},
                                      Case{UnaryOp::to_uint64, 1e19, 1e19},
                                      Case{UnaryOp::to_uint64, -1024, two64 - 2048 + 1024},
                                      Case{UnaryOp::to_uint64, NAN, two63}}) {
    EXPECT_EQ(unary(op, x), wanted) << to_string(op) << " of " << x;
  }
  EXPECT_FALSE(std::signbit(unary(UnaryOp::to_int64, -0.5)));
}

TEST(Binary, HasTheSameBitsOnEveryInstructionSetAndInEveryPlace) {
  Samples samples(3);
  for (int op = 0; op <= kLastBinary; ++op) {
    const auto f = static_cast<BinaryOp>(op);
    for (const std::size_t cols : {1, 2, 7, 8, 9, 33}) {
      const std::size_t rows = 5, stride = cols + 2;
      const std::vector<double> a = samples.any(rows * stride), b = samples.any(rows * stride);
      for (const Spread& right :
           {Spread{b.data(), stride, 1}, Spread{b.data(), stride, 0}, Spread{b.data(), 0, 1}, Spread{b.data(), 0, 0}}) {
        std::vector<std::uint64_t> wanted;
        for (const core::Isa isa : available_isas()) {
          std::vector<double> y(rows * cols);
          kernels(isa).binary(f, {a.data(), stride, 1}, right, rows, cols, {y.data(), cols});
          if (wanted.empty()) wanted = bits(y);
          ASSERT_EQ(bits(y), wanted) << to_string(f) << " on " << core::to_string(isa);
          for (std::size_t r = 0; r < rows; ++r) {
            for (std::size_t c = 0; c < cols; ++c) {
              const double other = right.data[r * right.row_step + c * right.column_step];
              double alone = 0;
              kernels(isa).binary(f, {&a[r * stride + c], 1, 1}, {&other, 1, 1}, 1, 1, {&alone, 1});
              ASSERT_EQ(bits({y[r * cols + c]}), bits({alone})) << to_string(f);
            }
          }
        }
      }
    }
  }
}

double binary(BinaryOp op, double a, double b) {
  double y = 0;
  kernels(core::Isa::scalar).binary(op, {&a, 1, 1}, {&b, 1, 1}, 1, 1, {&y, 1});
  return y;
}

TEST(Binary, MeansWhatItsNameSays) {
  EXPECT_EQ(binary(BinaryOp::add, 1, 2), 3);
  EXPECT_EQ(binary(BinaryOp::sub, 1, 2), -1);
  EXPECT_EQ(binary(BinaryOp::mul, 3, 2), 6);
  EXPECT_EQ(binary(BinaryOp::div, 1, 0), INFINITY);
  EXPECT_EQ(binary(BinaryOp::min, 1, 2), 1);
  EXPECT_EQ(binary(BinaryOp::max, 1, 2), 2);
  for (const BinaryOp op : {BinaryOp::min, BinaryOp::max}) {
    EXPECT_TRUE(std::isnan(binary(op, NAN, 1)));
    EXPECT_TRUE(std::isnan(binary(op, 1, NAN)));
  }
  EXPECT_EQ(binary(BinaryOp::equal, 1, 1), 1);
  EXPECT_EQ(binary(BinaryOp::equal, NAN, NAN), 0);
  EXPECT_EQ(binary(BinaryOp::not_equal, NAN, NAN), 1);
  EXPECT_EQ(binary(BinaryOp::less, 1, 2), 1);
  EXPECT_EQ(binary(BinaryOp::less_equal, 2, 2), 1);
  EXPECT_EQ(binary(BinaryOp::greater, 1, 2), 0);
  EXPECT_EQ(binary(BinaryOp::greater_equal, 2, 3), 0);
  EXPECT_EQ(binary(BinaryOp::logical_and, 2, 0), 0);
  EXPECT_EQ(binary(BinaryOp::logical_or, 2, 0), 1);
  EXPECT_EQ(binary(BinaryOp::logical_xor, 2, 3), 0);
  EXPECT_EQ(binary(BinaryOp::logical_xor, 0, 3), 1);
}

TEST(Elementwise, ScaleClipImputeAndWhereAgreeWithTheirDefinition) {
  Samples samples(4);
  const std::size_t rows = 9, cols = 13;
  std::vector<double> x = samples.any(rows * cols);
  const std::vector<double> offset = samples.ordinary(cols), factor = samples.ordinary(cols),
                            fill = samples.ordinary(cols);
  for (const core::Isa isa : available_isas()) {
    const Kernels& k = kernels(isa);
    std::vector<double> scaled(x.size()), clipped(x.size()), imputed(x.size()), fused(x.size()), chosen(x.size());
    const Input in{x.data(), cols};
    const Spread o{offset.data(), 0, 1}, f{factor.data(), 0, 1}, v{fill.data(), 0, 1};
    k.scale(o, f, in, rows, cols, {scaled.data(), cols});
    k.clip(-1, 2, in, rows, cols, {clipped.data(), cols});
    k.impute(std::nan(""), v, in, rows, cols, {imputed.data(), cols});
    k.impute_scale(std::nan(""), v, o, f, in, rows, cols, {fused.data(), cols});
    k.where({x.data(), cols, 1}, v, o, rows, cols, {chosen.data(), cols});
    for (std::size_t i = 0; i < x.size(); ++i) {
      const std::size_t c = i % cols;
      const double present = std::isnan(x[i]) ? fill[c] : x[i];
      ASSERT_EQ(imputed[i], present);
      ASSERT_EQ(fused[i], (present - offset[c]) * factor[c]);
      ASSERT_EQ(chosen[i], x[i] == 0 ? offset[c] : fill[c]);
      if (std::isnan(x[i])) {
        ASSERT_TRUE(std::isnan(scaled[i]) && std::isnan(clipped[i]));
      } else {
        ASSERT_EQ(scaled[i], (x[i] - offset[c]) * factor[c]);
        ASSERT_EQ(clipped[i], std::min(std::max(x[i], -1.0), 2.0));
      }
    }
    std::vector<double> zeros(x.size());
    k.impute(0, v, in, rows, cols, {zeros.data(), cols});
    for (std::size_t i = 0; i < x.size(); ++i) {
      ASSERT_EQ(bits({zeros[i]}), bits({x[i] == 0 ? fill[i % cols] : std::isnan(x[i]) ? std::nan("") : x[i]}));
    }
  }
}

}  // namespace
}  // namespace pelton::math
