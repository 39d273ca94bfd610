#pragma once

#include "core/cpu_features.hpp"
#include "math/kernel_table.hpp"

namespace pelton::math {

/// The kernels of core::active_isa(), chosen once. Thread-safe.
const Kernels& kernels();

/// The kernels of one instruction set, for tests and benchmarks; it must be one this machine has (asserted).
const Kernels& kernels(core::Isa isa);

}  // namespace pelton::math
