#pragma once

#include <cstddef>

namespace pelton::operators {

/// The larger (smaller) of two; NaN if either is, as numpy has it.
struct Larger {
  template <class T>
  T operator()(T a, T b) const noexcept {
    return a > b || a != a ? a : b;
  }
};
struct Smaller {
  template <class T>
  T operator()(T a, T b) const noexcept {
    return a < b || a != a ? a : b;
  }
};

/// Whether `a` goes before `b` where the largest (smallest) is looked for: NaN goes before all.
struct IsAbove {
  template <class T>
  bool operator()(T a, T b) const noexcept {
    return a > b || (a != a && b == b);
  }
};
struct IsBelow {
  template <class T>
  bool operator()(T a, T b) const noexcept {
    return a < b || (a != a && b == b);
  }
};

/// Which of x[0], x[step], … (at least one) goes before all others: the first of those alike, or the last.
template <class Before, class T>
std::size_t foremost(const T* x, std::size_t length, std::size_t step, bool last) noexcept {
  std::size_t found = 0;
  for (std::size_t i = 1; i < length; ++i) {
    const bool better = Before()(x[i * step], x[found * step]);
    if (better || (last && !Before()(x[found * step], x[i * step]))) found = i;
  }
  return found;
}

}  // namespace pelton::operators
