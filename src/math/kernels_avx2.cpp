#include "math/float_lanes_avx2.hpp"
#include "math/lane_kernels.hpp"
#include "math/lanes_avx2.hpp"

namespace pelton::math {

const Kernels& avx2_kernels() noexcept {
  static constexpr Kernels kTable = lane_kernels<Lanes, FloatLanes>();
  return kTable;
}

}  // namespace pelton::math
