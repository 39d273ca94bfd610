#pragma once

#include <cstdlib>

namespace pelton::fuzz {

/// What a fuzzer is to find broken.
inline void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace pelton::fuzz
