#include "math/packed_points.hpp"

namespace pelton::math {

void PackedPoints::assign(ConstMatrix points) {
  count_ = points.rows;
  features_ = points.cols;
  points_.resize_uninitialized((count_ + 7) / 8 * 8 * features_);
  std::size_t at = 0;
  for (std::size_t first = 0; first < count_; first += 8) {
    for (std::size_t k = 0; k < features_; ++k) {
      for (std::size_t i = first; i < first + 8; ++i) points_[at++] = i < count_ ? points(i, k) : 0.0;
    }
  }
}

}  // namespace pelton::math
