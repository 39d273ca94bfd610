#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <type_traits>

#include "operators/by_type.hpp"

namespace pelton::operators {

/// What becomes of an element that another is scattered onto.
enum class ScatterReduction : std::uint8_t { none, add, mul, min, max };

/// The attribute "reduction" of a scattering node. Refuses one it does not know.
inline ScatterReduction scatter_reduction_of(const Node& node) {
  const std::string name = node.text("reduction", "none");
  if (name == "none") return ScatterReduction::none;
  if (name == "add") return ScatterReduction::add;
  if (name == "mul") return ScatterReduction::mul;
  if (name == "min") return ScatterReduction::min;
  if (name == "max") return ScatterReduction::max;
  node.malformed("has no reduction \"" + name + "\"");
}

/// Integers wrap around; NaN wins over every number in min and max, as in numpy.
template <class T>
T reduce(ScatterReduction reduction, T held, T update) {
  using C = Computed<T>;
  const C a = held;
  const C b = update;
  switch (reduction) {
    case ScatterReduction::none: return update;
    case ScatterReduction::min: return b < a || b != b ? update : held;
    case ScatterReduction::max: return a < b || b != b ? update : held;
    case ScatterReduction::add:
      if constexpr (std::is_integral_v<T>) {
        return static_cast<T>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
      } else {
        return T(a + b);
      }
    case ScatterReduction::mul:
      if constexpr (std::is_integral_v<T>) {
        return static_cast<T>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
      } else {
        return T(a * b);
      }
  }
  return update;
}

}  // namespace pelton::operators
