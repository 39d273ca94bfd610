#include "math/packed_numbers.hpp"

#include <cmath>
#include <limits>

namespace pelton::math {

bool all_floats(ConstMatrix m) noexcept {
  for (std::size_t r = 0; r < m.rows; ++r) {
    for (std::size_t c = 0; c < m.cols; ++c) {
      const double value = m(r, c);
      // The conversion of a value beyond the floats would be undefined; NaN's payload would be lost.
      const bool within = std::abs(value) <= static_cast<double>(std::numeric_limits<float>::max());
      if (!within || static_cast<double>(static_cast<float>(value)) != value) return false;
    }
  }
  return true;
}

}  // namespace pelton::math
