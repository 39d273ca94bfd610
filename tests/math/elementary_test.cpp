// The elementary functions against 80-bit ones, over their whole range, and at the special values.
#include <functional>

#include "math/samples.hpp"

namespace pelton::math {
namespace {

std::vector<double> apply(UnaryOp op, const std::vector<double>& x, core::Isa isa) {
  std::vector<double> y(x.size());
  kernels(isa).unary({op, 0, 0}, {x.data(), x.size()}, 1, x.size(), {y.data(), y.size()});
  return y;
}

double apply(UnaryOp op, double x) { return apply(op, std::vector{x}, core::Isa::scalar)[0]; }

double power(double x, double y) {
  double result = 0;
  kernels(core::Isa::scalar).binary(BinaryOp::pow, {&x, 1, 1}, {&y, 1, 1}, 1, 1, {&result, 1});
  return result;
}

struct Accuracy {
  UnaryOp op;
  std::function<long double(long double)> exact;
  long double bound;  ///< units of the last place
  double low, high;
  bool exponents;  ///< low and high are powers of two, all signs
};

void PrintTo(const Accuracy& a, std::ostream* out) {
  *out << to_string(a.op) << " [" << a.low << ", " << a.high << "]";
}

class Elementary : public testing::TestWithParam<Accuracy> {};

TEST_P(Elementary, StaysWithinItsStatedError) {
  const Accuracy& wanted = GetParam();
  Samples samples(7);
  std::vector<double> x(100'000);
  for (double& v : x) {
    v = wanted.exponents
            ? std::ldexp(samples.uniform(1, 2), static_cast<int>(samples.uniform(wanted.low, wanted.high))) *
                  (samples.below(2) == 0 ? 1 : -1)
            : samples.uniform(wanted.low, wanted.high);
  }
  const std::vector<double> y = apply(wanted.op, x, available_isas().back());
  long double worst = 0;
  double where = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const long double error = ulps(y[i], wanted.exact(x[i]));
    if (error > worst) {
      worst = error;
      where = x[i];
    }
  }
  EXPECT_LE(worst, wanted.bound) << "at " << std::hexfloat << where;
  EXPECT_GT(worst, 0.3L) << "the reference cannot be the same code";
}

long double softplus(long double x) { return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x)); }
long double sigmoid(long double x) { return 1 / (1 + std::exp(-x)); }
long double logarithm(long double x) { return x < 0 ? std::numeric_limits<long double>::quiet_NaN() : std::log(x); }
long double logarithm1p(long double x) {
  return x < -1 ? std::numeric_limits<long double>::quiet_NaN() : std::log1p(x);
}

INSTANTIATE_TEST_SUITE_P(
    Functions, Elementary,
    testing::Values(Accuracy{UnaryOp::exp, [](long double x) { return std::exp(x); }, 0.85L, -746, 710, false},
                    Accuracy{UnaryOp::exp, [](long double x) { return std::exp(x); }, 0.85L, -1.2, 1.2, false},
                    Accuracy{UnaryOp::expm1, [](long double x) { return std::expm1(x); }, 1.2L, -45, 710, false},
                    Accuracy{UnaryOp::expm1, [](long double x) { return std::expm1(x); }, 1.2L, -2, 2, false},
                    Accuracy{UnaryOp::expm1, [](long double x) { return std::expm1(x); }, 1.2L, -1074, 9, true},
                    Accuracy{UnaryOp::log, logarithm, 0.85L, -1074, 1023, true},
                    Accuracy{UnaryOp::log, logarithm, 0.85L, 0.4, 2.5, false},
                    Accuracy{UnaryOp::log1p, logarithm1p, 0.9L, -0.9999, 3, false},
                    Accuracy{UnaryOp::log1p, logarithm1p, 0.9L, -1074, 1023, true},
                    Accuracy{UnaryOp::tanh, [](long double x) { return std::tanh(x); }, 0.95L, -1.5, 1.5, false},
                    Accuracy{UnaryOp::tanh, [](long double x) { return std::tanh(x); }, 0.95L, -1074, 5, true},
                    Accuracy{UnaryOp::sigmoid, sigmoid, 1.5L, -746, 40, false},
                    Accuracy{UnaryOp::sigmoid, sigmoid, 1.5L, -5, 5, false},
                    Accuracy{UnaryOp::softplus, softplus, 1.6L, -746, 746, false},
                    Accuracy{UnaryOp::softplus, softplus, 1.6L, -5, 5, false},
                    Accuracy{UnaryOp::erf, [](long double x) { return std::erf(x); }, 1.1L, -6.5, 6.5, false},
                    Accuracy{UnaryOp::erf, [](long double x) { return std::erf(x); }, 1.1L, -1074, 3, true}));

TEST(ElementaryPower, StaysWithinItsStatedError) {
  Samples samples(8);
  struct Range {
    double low, high, exponent;
  };
  for (const auto& [low, high, exponent] : {Range{0, 4, 30}, Range{0.99, 1.01, 70'000}, Range{1e-300, 1e300, 1.2}}) {
    std::vector<double> x(30'000), y(x.size()), result(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
      x[i] = samples.uniform(low, high);
      y[i] = samples.uniform(-exponent, exponent);
    }
    const Spread a{x.data(), x.size(), 1}, b{y.data(), y.size(), 1};
    kernels(available_isas().back()).binary(BinaryOp::pow, a, b, 1, x.size(), {result.data(), result.size()});
    long double worst = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const auto exact = std::pow(static_cast<long double>(x[i]), static_cast<long double>(y[i]));
      worst = std::max(worst, ulps(result[i], exact));
    }
    EXPECT_LE(worst, 0.8L) << "bases up to " << high;
  }
}

TEST(ElementaryPower, AgreesWithTheStandardAtSpecialValues) {
  for (const double x : special_values()) {
    for (const double y : special_values()) {
      const double wanted = std::pow(x, y);
      // glibc lets a signalling NaN through where a quiet one gives 1.
      if (y == 0 || x == 1) {
        EXPECT_EQ(power(x, y), 1) << x << " ^ " << y;
        continue;
      }
      EXPECT_LE(ulps(power(x, y), wanted), 1.3L) << x << " ^ " << y << " = " << power(x, y) << ", not " << wanted;
      if (std::isnan(wanted)) continue;
      EXPECT_EQ(std::signbit(power(x, y)), std::signbit(wanted)) << x << " ^ " << y;
    }
  }
}

TEST(ElementarySpecial, KeepsSignsInfinitiesAndNan) {
  const double infinity = std::numeric_limits<double>::infinity();
  for (const UnaryOp op : {UnaryOp::exp, UnaryOp::expm1, UnaryOp::log, UnaryOp::log1p, UnaryOp::tanh, UnaryOp::sigmoid,
                           UnaryOp::softplus, UnaryOp::erf, UnaryOp::relu, UnaryOp::gelu, UnaryOp::mish}) {
    EXPECT_TRUE(std::isnan(apply(op, std::nan("")))) << to_string(op);
  }
  for (const UnaryOp op : {UnaryOp::expm1, UnaryOp::log1p, UnaryOp::tanh, UnaryOp::erf}) {
    EXPECT_TRUE(std::signbit(apply(op, -0.0)) && apply(op, -0.0) == 0) << to_string(op);
    EXPECT_EQ(apply(op, 5e-324) != 0, op != UnaryOp::log) << to_string(op);
  }
  EXPECT_EQ(apply(UnaryOp::exp, infinity), infinity);
  EXPECT_EQ(apply(UnaryOp::exp, -infinity), 0);
  EXPECT_EQ(apply(UnaryOp::exp, 0.0), 1);
  EXPECT_EQ(apply(UnaryOp::exp, -745.13), 5e-324);
  EXPECT_EQ(apply(UnaryOp::exp, -745.14), 0);
  EXPECT_EQ(apply(UnaryOp::exp, 709.79), infinity);
  EXPECT_EQ(apply(UnaryOp::expm1, infinity), infinity);
  EXPECT_EQ(apply(UnaryOp::expm1, -infinity), -1);
  EXPECT_EQ(apply(UnaryOp::log, 0.0), -infinity);
  EXPECT_EQ(apply(UnaryOp::log, -0.0), -infinity);
  EXPECT_EQ(apply(UnaryOp::log, infinity), infinity);
  EXPECT_EQ(apply(UnaryOp::log, 1.0), 0);
  EXPECT_TRUE(std::isnan(apply(UnaryOp::log, -1.0)));
  EXPECT_EQ(apply(UnaryOp::log1p, -1.0), -infinity);
  EXPECT_EQ(apply(UnaryOp::log1p, infinity), infinity);
  EXPECT_EQ(apply(UnaryOp::tanh, infinity), 1);
  EXPECT_EQ(apply(UnaryOp::tanh, -infinity), -1);
  EXPECT_EQ(apply(UnaryOp::sigmoid, infinity), 1);
  EXPECT_EQ(apply(UnaryOp::sigmoid, -infinity), 0);
  EXPECT_EQ(apply(UnaryOp::sigmoid, 0.0), 0.5);
  EXPECT_EQ(apply(UnaryOp::softplus, infinity), infinity);
  EXPECT_EQ(apply(UnaryOp::softplus, -infinity), 0);
  EXPECT_EQ(apply(UnaryOp::erf, infinity), 1);
  EXPECT_EQ(apply(UnaryOp::erf, -infinity), -1);
}

}  // namespace
}  // namespace pelton::math
