#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "operators/refusal.hpp"
#include "trace_rows.hpp"

namespace pelton::operators {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
using Doubles = std::vector<double>;

Doubles of(std::string_view name, std::initializer_list<double> x, const NodeCase& test = {}) {
  const Tensor input = make_tensor<double>({static_cast<std::int64_t>(x.size())}, x);
  return list<double>(run_node(name, test, {&input}));
}

void expect_near(const Doubles& got, const Doubles& expected) {
  ASSERT_EQ(got.size(), expected.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    if (std::isnan(expected[i])) {
      EXPECT_TRUE(std::isnan(got[i])) << i;
    } else if (std::isinf(expected[i])) {
      EXPECT_EQ(got[i], expected[i]) << i;
    } else {
      EXPECT_NEAR(got[i], expected[i], 1e-15 * std::max(1.0, std::abs(expected[i]))) << i;
    }
  }
}

TEST(Function, AreTheLibrariesToTheLastPlaces) {
  const auto all = {-750.0, -40.0, -1.25, -0.5, -1e-9, 0.0, 1e-9, 0.3, 0.75, 1.0, 2.5, 39.0, 41.0, 300.0};
  struct Case {
    const char* name;
    double (*function)(double);
  };
  for (const Case& test :
       {Case{"Exp", std::exp}, Case{"Log", std::log}, Case{"Sqrt", std::sqrt}, Case{"Erf", std::erf},
        Case{"Tanh", std::tanh}, Case{"Sin", std::sin}, Case{"Cos", std::cos}, Case{"Tan", std::tan},
        Case{"Asin", std::asin}, Case{"Acos", std::acos}, Case{"Atan", std::atan}, Case{"Sinh", std::sinh},
        Case{"Cosh", std::cosh}, Case{"Asinh", std::asinh}, Case{"Acosh", std::acosh}, Case{"Atanh", std::atanh},
        Case{"Floor", std::floor}, Case{"Ceil", std::ceil}}) {
    SCOPED_TRACE(test.name);
    for (const double x : all) {
      const double y = test.function(x);
      const double got = of(test.name, {x})[0];
      if (std::isnan(y)) {
        EXPECT_TRUE(std::isnan(got)) << x;
      } else if (std::isinf(y)) {
        EXPECT_EQ(got, y) << x;
      } else {
        EXPECT_NEAR(got, y, 1e-15 * std::abs(y)) << x;
      }
    }
  }
}

TEST(Function, OfInfinitiesAndNan) {
  expect_near(of("Atan", {kInf, -kInf, kNan}), {std::acos(0.0), -std::acos(0.0), kNan});
  expect_near(of("Sin", {kInf, kNan}), {kNan, kNan});
  expect_near(of("Sinh", {kInf, -kInf, kNan, 711}), {kInf, -kInf, kNan, kInf});
  expect_near(of("Cosh", {kInf, -kInf, kNan, 711}), {kInf, kInf, kNan, kInf});
  expect_near(of("Asinh", {kInf, -kInf, kNan, 1e300}), {kInf, -kInf, kNan, std::asinh(1e300)});
  expect_near(of("Acosh", {kInf, -kInf, kNan, 1e300, 0.5}), {kInf, kNan, kNan, std::acosh(1e300), kNan});
  expect_near(of("Atanh", {1, -1, 2, kInf, kNan}), {kInf, -kInf, kNan, kNan, kNan});
  expect_near(of("Asin", {1.5, kNan}), {kNan, kNan});
  expect_near(of("Acos", {-1.5, 1, -1}), {kNan, 0, std::acos(-1.0)});
  EXPECT_TRUE(std::signbit(of("Sin", {-0.0})[0]));
  EXPECT_TRUE(std::signbit(of("Atan", {-0.0})[0]));
  EXPECT_TRUE(std::signbit(of("Sinh", {-0.0})[0]));
  expect_near(of("Reciprocal", {0.0, -0.0, 4}), {kInf, -kInf, 0.25});
}

TEST(Function, RoundsHalvesToEven) { expect_near(of("Round", {0.5, 1.5, -2.5, 2.3, kInf}), {0, 2, -2, 2, kInf}); }

TEST(Function, ActivationsHaveTheirDefaults) {
  const double e = std::exp(-1.0);
  expect_near(of("Relu", {-1, 0, 2, kNan}), {0, 0, 2, kNan});
  expect_near(of("LeakyRelu", {-1, 2}), {-static_cast<double>(0.01F), 2});
  expect_near(of("Elu", {-1, 2}), {e - 1, 2});
  expect_near(of("Celu", {-1, 2}), {e - 1, 2});
  expect_near(of("Selu", {-1, 2}),
              {1.05070102214813232421875 * 1.67326319217681884765625 * (e - 1), 2 * 1.05070102214813232421875});
  expect_near(of("Sigmoid", {0, -1000, 1000}), {0.5, 0, 1});
  expect_near(of("HardSigmoid", {0, -5, 5}), {0.5, 0, 1});
  expect_near(of("HardSwish", {0, -4, 4, 3}), {0, 0, 4, 3});
  expect_near(of("Softplus", {0, 1000, -1000}), {std::log(2.0), 1000, 0});
  expect_near(of("Softsign", {1, -3}), {0.5, -0.75});
  expect_near(of("ThresholdedRelu", {1, 1.5}), {0, 1.5});
  expect_near(of("Mish", {0, 100}), {0, 100});
  expect_near(of("Swish", {0, 1}, {.opset = 24}), {0, 1 / (1 + e)});
  expect_near(of("Gelu", {0, 1}), {0, 0.5 * (1 + std::erf(std::sqrt(0.5)))});
}

TEST(Function, ActivationsTakeTheirParameters) {
  expect_near(of("LeakyRelu", {-2}, {.attributes = {{"alpha", 0.5}}}), {-1});
  expect_near(of("ThresholdedRelu", {1, 3}, {.attributes = {{"alpha", 2.0}}}), {0, 3});
  expect_near(of("HardSigmoid", {1}, {.attributes = {{"alpha", 0.25}, {"beta", 0.5}}}), {0.75});
  expect_near(of("Swish", {2}, {.opset = 24, .attributes = {{"alpha", 0.0}}}), {1});
  EXPECT_THROW(of("Celu", {1}, {.attributes = {{"alpha", 0.0}}}), Refusal);
  EXPECT_THROW(of("Gelu", {1}, {.attributes = {{"approximate", std::string("fast")}}}), Refusal);
  const double inner = std::sqrt(2 / std::acos(-1.0)) * 1.044715;
  expect_near(of("Gelu", {1}, {.attributes = {{"approximate", std::string("tanh")}}}), {0.5 * (1 + std::tanh(inner))});
}

TEST(Function, AnswersQuestionsByBools) {
  const Tensor x = make_tensor<tensor::Float16>(
      {4}, {tensor::Float16(HUGE_VALF), tensor::Float16(-HUGE_VALF), tensor::Float16(NAN), tensor::Float16(1)});
  EXPECT_EQ(list<bool>(run_node("IsNaN", {}, {&x})), (std::vector<bool>{false, false, true, false}));
  EXPECT_EQ(list<bool>(run_node("IsInf", {}, {&x})), (std::vector<bool>{true, true, false, false}));
  const NodeCase above{.attributes = {{"detect_negative", std::int64_t{0}}}};
  EXPECT_EQ(list<bool>(run_node("IsInf", above, {&x})), (std::vector<bool>{true, false, false, false}));
  const NodeCase below{.attributes = {{"detect_positive", std::int64_t{0}}}};
  EXPECT_EQ(list<bool>(run_node("IsInf", below, {&x})), (std::vector<bool>{false, true, false, false}));
}

TEST(Function, GoesOverManyElementsOfAnyFloatType) {
  std::vector<float> values(1000);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i) / 100;
  const Tensor x = Tensor::of<float>({10, 100}, values);
  const Tensor y = run_node("Exp", {}, {&x});
  EXPECT_EQ(y.shape(), Shape({10, 100}));
  for (std::size_t i = 0; i < values.size(); ++i) {
    ASSERT_FLOAT_EQ(y.values<float>()[i], std::exp(values[i])) << i;
  }
  const Tensor whole = Tensor::scalar<std::int32_t>(1);
  EXPECT_THROW(run_node("Exp", {}, {&whole}), Refusal);
  const Tensor nothing = make_tensor<float>({0}, {});
  EXPECT_EQ(run_node("Exp", {}, {&nothing}).shape(), Shape({0}));
}

TEST(Function, KeepsRows) {
  EXPECT_EQ(trace_rows("Exp", {}, DataType::float32, {{{2, 3}, tensor::RowAxis::at(1)}}, {2, 3}),
            tensor::RowAxis::at(1));
}

TEST(Sign, TakesIntegersToo) {
  constexpr std::int32_t kLeast = std::numeric_limits<std::int32_t>::min();
  const Tensor x = make_tensor<std::int32_t>({4}, {kLeast, -3, 0, 7});
  using Ints = std::vector<std::int32_t>;
  EXPECT_EQ(list<std::int32_t>(run_node("Abs", {}, {&x})), (Ints{kLeast, 3, 0, 7}));
  EXPECT_EQ(list<std::int32_t>(run_node("Neg", {}, {&x})), (Ints{kLeast, 3, 0, -7}));
  EXPECT_EQ(list<std::int32_t>(run_node("Sign", {}, {&x})), (Ints{-1, -1, 0, 1}));
  EXPECT_EQ(list<std::int32_t>(run_node("Relu", {}, {&x})), (Ints{0, 0, 0, 7}));
  const Tensor unsigned_one = Tensor::scalar<std::uint8_t>(255);
  EXPECT_EQ(list<std::uint8_t>(run_node("Abs", {}, {&unsigned_one})), std::vector<std::uint8_t>{255});
  EXPECT_THROW(run_node("Neg", {}, {&unsigned_one}), Refusal);
  expect_near(of("Sign", {-2, -0.0, kNan, kInf}), {-1, 0, kNan, 1});
  expect_near(of("Abs", {-2, -0.0, kNan, -kInf}), {2, 0, kNan, kInf});
}

TEST(PRelu, SpreadsItsSlopesOneWay) {
  const Tensor x = make_tensor<float>({2, 2}, {-1, 2, -3, -4});
  const Tensor slope = make_tensor<float>({2}, {10, 100});
  EXPECT_EQ(list<float>(run_node("PRelu", {}, {&x, &slope})), (std::vector<float>{-10, 2, -30, -400}));
  EXPECT_ANY_THROW(run_node("PRelu", {}, {&slope, &x}));
  const Tensor whole = make_tensor<std::int64_t>({2}, {-5, 5});
  EXPECT_EQ(list<std::int64_t>(run_node("PRelu", {}, {&whole, &whole})), (std::vector<std::int64_t>{25, 5}));
}

TEST(PRelu, OnceHadASlopeAChannel) {
  const Tensor x = make_tensor<float>({1, 2, 2}, {-1, -2, -3, -4});
  const Tensor slope = make_tensor<float>({2}, {10, 100});
  EXPECT_EQ(list<float>(run_node("PRelu", {.opset = 6}, {&x, &slope})), (std::vector<float>{-10, -20, -300, -400}));
}

}  // namespace
}  // namespace pelton::operators
