#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>

#include "tensor/failure.hpp"

namespace pelton::operators {

/// Most multiplications that one operation may ask for in a run (about half a minute's work): shapes
/// within a tensor's bounds could ask for days.
inline constexpr std::size_t kMaxWork = std::size_t{1} << 36;

/// Throws Failure where the product of the factors is beyond kMaxWork.
inline void check_work(std::initializer_list<std::size_t> factors) {
  std::size_t work = 1;
  for (const std::size_t factor : factors) {
    if (__builtin_mul_overflow(work, factor, &work)) work = static_cast<std::size_t>(-1);
  }
  if (work > kMaxWork) throw tensor::Failure("asks for more than " + std::to_string(kMaxWork) + " multiplications");
}

}  // namespace pelton::operators
