#include "math/float_lanes_scalar.hpp"
#include "math/lane_kernels.hpp"
#include "math/lanes_scalar.hpp"

namespace pelton::math {

const Kernels& scalar_kernels() noexcept {
  static constexpr Kernels kTable = lane_kernels<Lanes, FloatLanes>();
  return kTable;
}

}  // namespace pelton::math
