#pragma once

#include <memory>

#include "graph/steps.hpp"
#include "math/packed_float_rbf.hpp"

namespace pelton::graph {

/// SvmSums of an rbf kernel from distances in floats. It rounds its rows to floats itself.
class FloatRbfStep final : public Step {
 public:
  explicit FloatRbfStep(std::shared_ptr<const math::PackedFloatRbf> packed) : packed_(std::move(packed)) {}

  std::size_t width() const noexcept override { return packed_->view().groups * packed_->view().sums_per_group; }
  std::size_t scratch_doubles(std::size_t) const noexcept override {
    return math::rbf_scratch_doubles(packed_->view().features, packed_->view().sums_per_group);
  }
  void run(std::span<const math::ConstMatrix> inputs, math::Matrix out, double* scratch) const noexcept override {
    math::kernels().rbf_sums(packed_->view(), input_of(inputs[0]), out.rows, output_of(out), scratch);
  }
  std::string describe() const override;
  Cost cost() const noexcept override;

 private:
  std::shared_ptr<const math::PackedFloatRbf> packed_;
};

/// The step for `spec`, an rbf kernel that the graph computes in float32, if floats are good enough: at rows like
/// the support vectors it gives what `exact` gives, within kFloatRbfTolerance of each column's spread. None otherwise.
StepPtr make_float_rbf(const SvmSums& spec, const Step& exact);

/// A fifth of what a float32 graph's answers may be off.
inline constexpr double kFloatRbfTolerance = 2e-6;

}  // namespace pelton::graph
