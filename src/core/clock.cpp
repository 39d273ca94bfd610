#include "core/clock.hpp"

namespace pelton::core {

const SteadyClock& SteadyClock::instance() noexcept {
  static const SteadyClock clock;
  return clock;
}

}  // namespace pelton::core
