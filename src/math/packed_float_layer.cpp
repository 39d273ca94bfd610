#include "math/packed_float_layer.hpp"

#include <algorithm>
#include <cassert>

namespace pelton::math {
namespace {

/// A dot product takes in/16 fmas and about four steps to join its lanes; panels take `in` fmas for
/// sixteen outputs.
bool better_as_dots(std::size_t in, std::size_t out) { return out <= 4 && out * (in / kFloatLanes + 4) < in; }

}  // namespace

PackedFloatLayer::PackedFloatLayer(ConstMatrix weights, std::span<const double> bias)
    : in_(weights.rows), out_(weights.cols), dots_(better_as_dots(in_, out_)), bias_(whole_float_lanes(out_)) {
  assert(bias.empty() || bias.size() == out_);
  std::transform(bias.begin(), bias.end(), bias_.begin(), [](double value) { return static_cast<float>(value); });
  if (dots_) {
    pack_dots(weights);
  } else {
    pack_panels(weights);
  }
}

void PackedFloatLayer::pack_dots(ConstMatrix weights) {
  const std::size_t padded = whole_float_lanes(in_);
  weights_.resize(out_ * padded);
  for (std::size_t o = 0; o < out_; ++o) {
    for (std::size_t k = 0; k < in_; ++k) weights_[o * padded + k] = static_cast<float>(weights(k, o));
  }
}

void PackedFloatLayer::pack_panels(ConstMatrix weights) {
  weights_.resize(whole_float_lanes(out_) * in_);
  std::size_t at = 0;
  for (std::size_t first = 0; first < out_; first += kFloatGroup * kFloatLanes) {
    const std::size_t width = std::min(kFloatGroup * kFloatLanes, whole_float_lanes(out_) - first);
    const std::size_t filled = std::min(width, out_ - first);
    for (std::size_t k = 0; k < in_; ++k, at += width) {
      for (std::size_t o = 0; o < filled; ++o) weights_[at + o] = static_cast<float>(weights(k, first + o));
    }
  }
}

}  // namespace pelton::math
