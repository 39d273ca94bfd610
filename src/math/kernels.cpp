#include "math/kernels.hpp"

#include <cassert>

namespace pelton::math {

const Kernels& kernels(core::Isa isa) {
  assert(isa <= core::detected_isa());
  switch (isa) {
    case core::Isa::avx512: return avx512_kernels();
    case core::Isa::avx2: return avx2_kernels();
    case core::Isa::scalar: break;
  }
  return scalar_kernels();
}

const Kernels& kernels() {
  static const Kernels& chosen = kernels(core::active_isa());
  return chosen;
}

}  // namespace pelton::math
