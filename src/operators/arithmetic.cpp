#include <array>
#include <cmath>

#include "operators/elementwise.hpp"
#include "operators/registry.hpp"
#include "tensor/failure.hpp"

/// Add, Sub, Mul, Div and Mod. Integers wrap around; dividing one by zero fails.
namespace pelton::operators {
namespace {

struct Plus {
  template <class T>
  T operator()(T a, T b) const noexcept {
    if constexpr (std::integral<T>)
      return static_cast<T>(wrapping(a) + wrapping(b));
    else
      return settled(a + b);
  }
};

struct Minus {
  template <class T>
  T operator()(T a, T b) const noexcept {
    if constexpr (std::integral<T>)
      return static_cast<T>(wrapping(a) - wrapping(b));
    else
      return settled(a - b);
  }
};

struct Times {
  template <class T>
  T operator()(T a, T b) const noexcept {
    if constexpr (std::integral<T>)
      return static_cast<T>(wrapping(a) * wrapping(b));
    else
      return settled(a * b);
  }
};

/// Integers toward zero.
struct Quotient {
  template <class T>
  T operator()(T a, T b) const {
    if constexpr (std::integral<T>) {
      if (b == 0) throw tensor::Failure("an integer is divided by zero");
      if constexpr (std::is_signed_v<T>) {
        if (b == -1) return static_cast<T>(0 - wrapping(a));  // the least integer has no opposite
      }
      return static_cast<T>(a / b);
    } else {
      return settled(a / b);
    }
  }
};

/// What is left of a division toward zero: of the sign of a.
struct Remainder {
  template <class T>
  T operator()(T a, T b) const {
    if constexpr (std::integral<T>) {
      if (b == 0) throw tensor::Failure("the remainder of an integer by zero");
      if constexpr (std::is_signed_v<T>) {
        if (b == -1) return 0;
      }
      return static_cast<T>(a % b);
    } else {
      return settled(std::fmod(a, b));
    }
  }
};

/// What is left of a division toward minus infinity: of the sign of b, zeros too.
struct Modulo {
  template <class T>
  T operator()(T a, T b) const {
    const T rest = Remainder()(a, b);
    if constexpr (std::integral<T>) {
      return rest != 0 && (rest < 0) != (b < 0) ? static_cast<T>(rest + b) : rest;
    } else {
      if (rest == 0) return std::copysign(T{0}, b);
      return (rest < 0) != (b < 0) ? settled(rest + b) : rest;
    }
  }
};

std::shared_ptr<const Operation> add(Node& node) { return pairwise<Plus>(node, Numbers()); }
std::shared_ptr<const Operation> sub(Node& node) { return pairwise<Minus>(node, Numbers()); }
std::shared_ptr<const Operation> mul(Node& node) { return pairwise<Times>(node, Numbers()); }
std::shared_ptr<const Operation> div(Node& node) { return pairwise<Quotient>(node, Numbers()); }

std::shared_ptr<const Operation> mod(Node& node) {
  const std::int64_t truncates = node.integer("fmod", 0);
  if (truncates != 0 && truncates != 1) node.malformed("attribute \"fmod\" is neither 0 nor 1");
  return truncates == 1 ? pairwise<Remainder>(node, Numbers()) : pairwise<Modulo>(node, Numbers());
}

constexpr std::array kOperators{
    Operator{"", "Add", 1, add}, Operator{"", "Div", 1, div}, Operator{"", "Mod", 10, mod},
    Operator{"", "Mul", 1, mul}, Operator{"", "Sub", 1, sub},
};

}  // namespace

std::span<const Operator> arithmetic_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
