#include "load/schedule.hpp"

#include <cmath>

namespace pelton::load {

void PoissonSchedule::advance() {
  // 53 bits, centred in their interval so that the logarithm never sees 0.
  const double uniform = (static_cast<double>(random_() >> 11) + 0.5) * 0x1p-53;
  at_ns_ -= std::log(uniform) * mean_gap_ns_;
}

}  // namespace pelton::load
