#include <array>
#include <cmath>

#include "math/kernels.hpp"
#include "operators/elementwise.hpp"
#include "operators/registry.hpp"

/// The circle's and the hyperbola's functions and their inverses, from what gives the same bits on every
/// machine: the kernels of room `math`, and the C library's sinl, cosl, tanl and asinl, which are made of
/// additions and multiplications alone. (Its double functions are compiled several times over and chosen
/// by processor, and its other long double ones use instructions that vendors round differently.)
namespace pelton::operators {
namespace {

using math::UnaryOp;

constexpr long double kPi = 3.14159265358979323846264338327950288L;
constexpr double kLn2 = 0.693147180559945309417232121458176568;
/// From here on 1 is below the last place of a square.
constexpr double kHuge = 0x1p28;

double kernel(UnaryOp op, double x) {
  double y = 0;
  math::kernels().unary({op}, {&x, 1}, 1, 1, {&y, 1});
  return y;
}

long double arc_sine(long double x) { return asinl(x); }

/// Half-angle formulas keep the relative precision where the result is near 0.
long double arc_cosine(long double x) {
  if (x > 0.5L) return 2 * arc_sine(sqrtl((1 - x) / 2));
  if (x < -0.5L) return kPi - 2 * arc_sine(sqrtl((1 + x) / 2));
  return kPi / 2 - arc_sine(x);
}

long double arc_tangent(long double x) {
  const long double hypotenuse = sqrtl(1 + x * x);
  if (std::abs(x) <= 1) return arc_sine(x / hypotenuse);
  return std::copysign(kPi / 2 - arc_sine(1 / hypotenuse), x);
}

/// e^|x| / 2 for an x of which e^−|x| is beyond the last place.
double half_exponential(double x) {
  const double root = kernel(UnaryOp::exp, std::abs(x) / 2);
  return root / 2 * root;
}

constexpr double kFarOut = 40;

double hyperbolic_sine(double x) {
  if (std::abs(x) > kFarOut) return std::copysign(half_exponential(x), x);
  const double grown = kernel(UnaryOp::expm1, std::abs(x));
  return std::copysign((grown + grown / (grown + 1)) / 2, x);
}

double hyperbolic_cosine(double x) {
  if (std::abs(x) > kFarOut) return half_exponential(x);
  const double grown = kernel(UnaryOp::exp, std::abs(x));
  return (grown + 1 / grown) / 2;
}

double inverse_hyperbolic_sine(double x) {
  const double a = std::abs(x);
  const double y =
      a > kHuge ? kernel(UnaryOp::log, a) + kLn2 : kernel(UnaryOp::log1p, a + a * a / (1 + std::sqrt(a * a + 1)));
  return std::copysign(y, x);
}

double inverse_hyperbolic_cosine(double x) {
  if (x > kHuge) return kernel(UnaryOp::log, x) + kLn2;
  const double above = x - 1;
  return kernel(UnaryOp::log1p, above + std::sqrt(2 * above + above * above));
}

double inverse_hyperbolic_tangent(double x) {
  const double a = std::abs(x);
  return std::copysign(kernel(UnaryOp::log1p, 2 * a / (1 - a)) / 2, x);
}

/// A function of a double (or wider) as one of whatever is calculated with.
template <auto kFunction>
struct Rounded {
  template <class T>
  T operator()(T x) const {
    return settled(static_cast<T>(kFunction(x)));
  }
};

template <auto kFunction>
std::shared_ptr<const Operation> function(Node& node) {
  return elementwise<Rounded<kFunction>>(node, Floats());
}

constexpr auto kSine = [](long double x) { return sinl(x); };
constexpr auto kCosine = [](long double x) { return cosl(x); };
constexpr auto kTangent = [](long double x) { return tanl(x); };

constexpr std::array kOperators{
    Operator{"", "Acos", 7, function<arc_cosine>},  Operator{"", "Acosh", 9, function<inverse_hyperbolic_cosine>},
    Operator{"", "Asin", 7, function<arc_sine>},    Operator{"", "Asinh", 9, function<inverse_hyperbolic_sine>},
    Operator{"", "Atan", 7, function<arc_tangent>}, Operator{"", "Atanh", 9, function<inverse_hyperbolic_tangent>},
    Operator{"", "Cos", 7, function<kCosine>},      Operator{"", "Cosh", 9, function<hyperbolic_cosine>},
    Operator{"", "Sin", 7, function<kSine>},        Operator{"", "Sinh", 9, function<hyperbolic_sine>},
    Operator{"", "Tan", 7, function<kTangent>},
};

}  // namespace

std::span<const Operator> trigonometry_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
