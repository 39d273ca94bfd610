#include "math/float_lanes_avx512.hpp"
#include "math/lane_kernels.hpp"
#include "math/lanes_avx512.hpp"

namespace pelton::math {

const Kernels& avx512_kernels() noexcept {
  static constexpr Kernels kTable = lane_kernels<Lanes, FloatLanes>();
  return kTable;
}

}  // namespace pelton::math
