#include <array>

#include "operators/convert.hpp"
#include "operators/elementwise.hpp"
#include "operators/registry.hpp"

/// Shrink: numbers beyond a bound come nearer to 0, those within it become 0.
namespace pelton::operators {
namespace {

/// Calculated in what holds every number of the type exactly; integers are cut toward zero.
struct Shrunk {
  double bound;
  double bias;

  template <class T>
  T operator()(T x) const noexcept {
    using Wide = std::conditional_t<std::integral<T> && sizeof(T) == 8, long double, double>;
    const Wide value = static_cast<Wide>(x);
    if (value < -Wide{bound}) return converted<T>(value + Wide{bias});
    if (value > Wide{bound}) return converted<T>(value - Wide{bias});
    return value == value ? T{0} : x;
  }
};

std::shared_ptr<const Operation> shrink(Node& node) {
  const double bias = node.number("bias", 0);
  return elementwise(node, Numbers(), Shrunk{node.number("lambd", 0.5), bias});
}

constexpr std::array kOperators{
    Operator{"", "Shrink", 9, shrink},
};

}  // namespace

std::span<const Operator> shrink_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
