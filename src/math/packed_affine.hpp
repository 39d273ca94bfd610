#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/aligned_buffer.hpp"
#include "math/kernel_table.hpp"
#include "math/matrix_view.hpp"
#include "math/packed_numbers.hpp"

namespace pelton::math {

/// The weights of x · W + b in the order the affine kernel reads them. Views point into it.
class PackedAffine {
 public:
  /// How outputs are computed. In `panels` an output has the same bits whatever number of others stand
  /// beside it; `fastest` picks by the number of outputs.
  enum class Form : std::uint8_t { fastest, panels };

  PackedAffine() = default;
  PackedAffine(ConstMatrix weights, std::span<const double> bias) { assign(weights, bias); }

  /// `weights` [in, out]; `bias` out values, or none for zero. Both are copied, into memory kept from
  /// before. Throws std::bad_alloc.
  void assign(ConstMatrix weights, std::span<const double> bias, Form form = Form::fastest);
  /// Gives the memory back.
  void release() noexcept { *this = PackedAffine(); }

  /// What was packed: [in, out] weights, row by row, and out values of bias. Throws std::bad_alloc.
  struct Unpacked {
    std::vector<double> weights;
    std::vector<double> bias;
  };
  Unpacked unpacked() const;

  std::size_t in() const noexcept { return in_; }
  std::size_t out() const noexcept { return out_; }
  /// Whether the outputs are computed as dot products (few outputs) instead of panels.
  bool dots() const noexcept { return dots_; }
  std::size_t bytes() const noexcept { return weights_.bytes() + bias_.size() * sizeof(double); }

  AffineView view(Activation activation = {}) const noexcept {
    return {weights_.as_doubles(), weights_.as_floats(), bias_.data(), in_, out_, dots_, activation};
  }

 private:
  void pack_dots(ConstMatrix weights);
  void pack_panels(ConstMatrix weights);
  std::size_t place_of(std::size_t k, std::size_t output) const noexcept;

  std::size_t in_ = 0;
  std::size_t out_ = 0;
  bool dots_ = false;
  PackedNumbers weights_;
  core::AlignedBuffer<double> bias_;
};

}  // namespace pelton::math
