#include "math/packed_svm.hpp"

#include <cassert>

namespace pelton::math {
namespace {

std::size_t blocks_of(std::span<const std::size_t> group_sizes) {
  std::size_t blocks = 0;
  for (const std::size_t size : group_sizes) blocks += (size + 7) / 8;
  return blocks;
}

}  // namespace

PackedSvm::PackedSvm(const SvmFunction& function, ConstMatrix vectors, ConstMatrix coefficients,
                     std::span<const std::size_t> group_sizes)
    : vectors_count_(vectors.rows), vectors_(blocks_of(group_sizes) * vectors.cols * 8) {
  assert(coefficients.cols == vectors.rows);
  const std::size_t features = vectors.cols;
  const std::size_t m = coefficients.rows;
  coefficients_.resize(blocks_of(group_sizes) * m * 8);
  group_sizes_.resize(group_sizes.size());

  std::size_t vector = 0;
  std::size_t block = 0;
  for (std::size_t g = 0; g < group_sizes.size(); ++g) {
    group_sizes_[g] = group_sizes[g];
    for (std::size_t i = 0; i < group_sizes[g]; ++i, ++vector) {
      const std::size_t b = block + i / 8;
      for (std::size_t k = 0; k < features; ++k) vectors_[(b * features + k) * 8 + i % 8] = vectors(vector, k);
      for (std::size_t j = 0; j < m; ++j) coefficients_[(b * m + j) * 8 + i % 8] = coefficients(j, vector);
    }
    block += (group_sizes[g] + 7) / 8;
  }
  assert(vector == vectors.rows);
  view_ = {.kernel = function.kernel,
           .gamma = function.gamma,
           .coef0 = function.coef0,
           .degree = function.degree,
           .features = features,
           .groups = group_sizes.size(),
           .sums_per_group = m,
           .group_sizes = group_sizes_.data(),
           .vectors = vectors_.data(),
           .coefficients = coefficients_.data()};
}

}  // namespace pelton::math
