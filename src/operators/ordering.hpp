#pragma once

#include <string_view>
#include <type_traits>

#include "operators/by_type.hpp"

namespace pelton::operators {

/// An order of all elements of a type: NaN comes after every number and equals itself, as in numpy; texts
/// are ordered by their bytes. Gives whether a comes before b.
template <class T>
bool comes_before(const T& a, const T& b) noexcept {
  if constexpr (std::is_integral_v<T> || std::is_same_v<T, std::string_view>) {
    return a < b;
  } else {
    const Computed<T> left = a;
    const Computed<T> right = b;
    return left < right || (right != right && left == left);
  }
}

}  // namespace pelton::operators
