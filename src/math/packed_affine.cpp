#include "math/packed_affine.hpp"

#include <algorithm>
#include <cassert>

namespace pelton::math {

PackedAffine::PackedAffine(ConstMatrix weights, std::span<const double> bias)
    : in_(weights.rows),
      out_(weights.cols),
      // A dot product takes in/8 fmas and about three steps to join its lanes; panels take `in` fmas
      // for eight outputs.
      dots_(out_ <= 4 && out_ * (in_ / 8 + 3) < in_) {
  assert(bias.empty() || bias.size() == out_);
  bias_.resize((out_ + 7) / 8 * 8);
  std::copy(bias.begin(), bias.end(), bias_.begin());
  if (dots_) {
    const std::size_t padded = (in_ + 7) / 8 * 8;
    weights_.resize(out_ * padded);
    for (std::size_t o = 0; o < out_; ++o) {
      for (std::size_t k = 0; k < in_; ++k) weights_[o * padded + k] = weights(k, o);
    }
    return;
  }
  weights_.resize((out_ + 7) / 8 * 8 * in_);
  for (std::size_t k = 0; k < in_; ++k) {
    for (std::size_t o = 0; o < out_; ++o) weights_[(o / 8 * in_ + k) * 8 + o % 8] = weights(k, o);
  }
}

}  // namespace pelton::math
