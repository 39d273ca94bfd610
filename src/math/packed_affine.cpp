#include "math/packed_affine.hpp"

#include <algorithm>
#include <cassert>

namespace pelton::math {
namespace {

/// A dot product takes in/8 fmas and about three steps to join its lanes; panels take `in` fmas for
/// eight outputs.
bool better_as_dots(std::size_t in, std::size_t out) { return out <= 4 && out * (in / 8 + 3) < in; }

/// Up to here weights stay in the first-level cache, and widening floats would cost more than it saves.
constexpr std::size_t kNearNumbers = 2048;

std::size_t round_up(std::size_t n) { return (n + 7) / 8 * 8; }

/// Where weight (k, o) stands among panels.
std::size_t panel_position(std::size_t in, std::size_t out, std::size_t k, std::size_t o) {
  const std::size_t panel = o / 8, panels = round_up(out) / 8;
  const std::size_t first = panel / kPanelGroup * kPanelGroup;
  const std::size_t group = std::min(kPanelGroup, panels - first);
  return first * in * 8 + (k * group + panel - first) * 8 + o % 8;
}

}  // namespace

PackedAffine::PackedAffine(ConstMatrix weights, std::span<const double> bias)
    : in_(weights.rows),
      out_(weights.cols),
      dots_(better_as_dots(in_, out_)),
      weights_(dots_ ? out_ * round_up(in_) : round_up(out_) * in_,
               weights.rows * weights.cols > kNearNumbers && all_floats(weights)) {
  assert(bias.empty() || bias.size() == out_);
  bias_.resize(round_up(out_));
  std::copy(bias.begin(), bias.end(), bias_.begin());
  for (std::size_t k = 0; k < in_; ++k) {
    for (std::size_t o = 0; o < out_; ++o) {
      weights_.set(dots_ ? o * round_up(in_) + k : panel_position(in_, out_, k, o), weights(k, o));
    }
  }
}

}  // namespace pelton::math
