#pragma once

#include <memory>

#include "graph/steps.hpp"
#include "math/packed_affine.hpp"

namespace pelton::graph {

/// x · W + b with an activation. Copies with another activation share the weights.
class AffineStep final : public Step {
 public:
  AffineStep(std::shared_ptr<const math::PackedAffine> weights, const math::Activation& activation);

  std::size_t width() const noexcept override { return view_.out; }
  void run(std::span<const math::ConstMatrix> inputs, math::Matrix out, double* scratch) const noexcept override;
  std::string describe() const override;
  Cost cost() const noexcept override;

  const math::Activation& activation() const noexcept { return view_.activation; }
  StepPtr with_activation(const math::Activation& activation) const;

 private:
  std::shared_ptr<const math::PackedAffine> weights_;
  math::AffineView view_;
  void (*run_)(const math::AffineView&, math::Input, std::size_t, math::Output);
};

}  // namespace pelton::graph
