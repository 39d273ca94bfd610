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

}  // namespace

void PackedAffine::assign(ConstMatrix weights, std::span<const double> bias, Form form) {
  assert(bias.empty() || bias.size() == weights.cols);
  in_ = weights.rows;
  out_ = weights.cols;
  dots_ = form == Form::fastest && better_as_dots(in_, out_);
  bias_.clear();
  bias_.resize(round_up(out_));
  std::copy(bias.begin(), bias.end(), bias_.begin());
  weights_.reset(dots_ ? out_ * round_up(in_) : round_up(out_) * in_,
                 weights.rows * weights.cols > kNearNumbers && all_floats(weights));
  if (dots_) {
    pack_dots(weights);
  } else {
    pack_panels(weights);
  }
}

/// Where a weight lies among the packed ones.
std::size_t PackedAffine::place_of(std::size_t k, std::size_t output) const noexcept {
  if (dots_) return output * round_up(in_) + k;
  const std::size_t first = output / (kPanelGroup * 8) * (kPanelGroup * 8);
  return first * in_ + k * std::min(kPanelGroup * 8, round_up(out_) - first) + (output - first);
}

PackedAffine::Unpacked PackedAffine::unpacked() const {
  Unpacked plain{std::vector<double>(in_ * out_), {bias_.begin(), bias_.begin() + static_cast<std::ptrdiff_t>(out_)}};
  for (std::size_t k = 0; k < in_; ++k) {
    for (std::size_t o = 0; o < out_; ++o) plain.weights[k * out_ + o] = weights_.get(place_of(k, o));
  }
  return plain;
}

void PackedAffine::pack_dots(ConstMatrix weights) {
  std::size_t at = 0;
  for (std::size_t o = 0; o < out_; ++o) {
    for (std::size_t k = 0; k < round_up(in_); ++k) weights_.set(at++, k < in_ ? weights(k, o) : 0.0);
  }
}

void PackedAffine::pack_panels(ConstMatrix weights) {
  std::size_t at = 0;
  for (std::size_t first = 0; first < out_; first += kPanelGroup * 8) {
    const std::size_t width = std::min(kPanelGroup * 8, round_up(out_) - first);
    const std::size_t filled = std::min(width, out_ - first);
    for (std::size_t k = 0; k < in_; ++k) {
      const double* row = weights.row(k) + first;
      for (std::size_t o = 0; o < filled; ++o) weights_.set(at++, row[o]);
      for (std::size_t o = filled; o < width; ++o) weights_.set(at++, 0.0);
    }
  }
}

}  // namespace pelton::math
