#pragma once

#include <cstddef>
#include <span>

#include "core/aligned_buffer.hpp"
#include "math/kernel_table.hpp"
#include "math/matrix_view.hpp"

namespace pelton::math {

/// A kernel function K(v, x) and its parameters.
struct SvmFunction {
  SvmKernel kernel = SvmKernel::rbf;
  double gamma = 0;
  double coef0 = 0;
  double degree = 3;
};

/// Support vectors and their weights in the order the SVM kernel reads them: blocks of eight
/// vectors, no block across two groups. Immutable once made; views point into it.
class PackedSvm {
 public:
  /// `vectors` [vectors, features], group after group; `coefficients` [m, vectors]; the group sizes
  /// add up to the vectors. All are copied. Throws std::bad_alloc.
  PackedSvm(const SvmFunction& function, ConstMatrix vectors, ConstMatrix coefficients,
            std::span<const std::size_t> group_sizes);

  std::size_t vectors() const noexcept { return vectors_count_; }
  std::size_t bytes() const noexcept { return (vectors_.size() + coefficients_.size()) * sizeof(double); }
  const SvmView& view() const noexcept { return view_; }

 private:
  std::size_t vectors_count_;
  core::AlignedBuffer<double> vectors_;
  core::AlignedBuffer<double> coefficients_;
  core::AlignedBuffer<std::size_t> group_sizes_;
  SvmView view_;
};

}  // namespace pelton::math
