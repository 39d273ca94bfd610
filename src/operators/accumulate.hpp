#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "operators/by_type.hpp"

namespace pelton::operators {

/// What products of T are summed in: doubles for the floating types (a product of two floats is exact
/// there), and 64 bits that wrap around for integers, whose low bits are the sum as T would wrap.
template <class T>
using Accumulated = std::conditional_t<std::is_integral_v<T>, std::uint64_t, double>;

template <class T>
Accumulated<T> widened(T value) {
  if constexpr (std::is_integral_v<T> || std::is_same_v<T, double>) {
    return static_cast<Accumulated<T>>(value);
  } else {
    return static_cast<double>(static_cast<float>(value));
  }
}

/// A sum as an element: rounded to T, or its low bits.
template <class T>
T narrowed(Accumulated<T> sum) {
  if constexpr (std::is_integral_v<T> || std::is_same_v<T, double>) {
    return static_cast<T>(sum);
  } else if constexpr (std::is_same_v<T, float>) {
    return static_cast<float>(sum);
  } else {
    return T(static_cast<float>(sum));
  }
}

}  // namespace pelton::operators
