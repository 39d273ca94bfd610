#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <type_traits>

#include "operators/by_type.hpp"

namespace pelton::operators {

/// What becomes of an element that another is scattered onto.
enum class Reduction : std::uint8_t { none, add, mul, min, max };

/// The attribute "reduction" of a scattering node. Refuses one it does not know.
inline Reduction reduction_of(const Node& node) {
  const std::string name = node.text("reduction", "none");
  if (name == "none") return Reduction::none;
  if (name == "add") return Reduction::add;
  if (name == "mul") return Reduction::mul;
  if (name == "min") return Reduction::min;
  if (name == "max") return Reduction::max;
  node.malformed("has no reduction \"" + name + "\"");
}

/// Integers wrap around; NaN wins over every number in min and max, as in numpy.
template <class T>
T reduce(Reduction reduction, T held, T update) {
  using C = Computed<T>;
  const C a = held;
  const C b = update;
  switch (reduction) {
    case Reduction::none: return update;
    case Reduction::min: return b < a || b != b ? update : held;
    case Reduction::max: return a < b || b != b ? update : held;
    case Reduction::add:
      if constexpr (std::is_integral_v<T>) {
        return static_cast<T>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
      } else {
        return T(a + b);
      }
    case Reduction::mul:
      if constexpr (std::is_integral_v<T>) {
        return static_cast<T>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
      } else {
        return T(a * b);
      }
  }
  return update;
}

}  // namespace pelton::operators
