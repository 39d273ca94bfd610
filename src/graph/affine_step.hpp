#pragma once

#include <memory>
#include <mutex>

#include "graph/steps.hpp"
#include "math/packed_affine.hpp"
#include "math/packed_float_layer.hpp"

namespace pelton::graph {

/// x · W + b with an activation, in double. Copies with another activation share the weights.
class AffineStep final : public Step {
 public:
  /// `float32` as in Affine.
  AffineStep(std::shared_ptr<const math::PackedAffine> weights, const math::Activation& activation, bool float32);

  std::size_t width() const noexcept override { return view_.out; }
  void run(std::span<const math::ConstMatrix> inputs, math::Matrix out, double* scratch) const noexcept override;
  std::string describe() const override;
  Cost cost() const noexcept override;

  const math::Activation& activation() const noexcept { return view_.activation; }
  StepPtr with_activation(const math::Activation& activation) const;
  /// The same layer in floats, made when first asked for and shared by all copies; none if the graph computes it in
  /// double or a number would be rounded. Thread-safe. Throws std::bad_alloc.
  std::shared_ptr<const math::PackedFloatLayer> float_layer() const;

 private:
  struct InFloats {
    std::once_flag once;
    std::shared_ptr<const math::PackedFloatLayer> layer;
  };

  std::shared_ptr<const math::PackedAffine> weights_;
  std::shared_ptr<InFloats> floats_;  ///< none if computed in double
  math::AffineView view_;
  void (*run_)(const math::AffineView&, math::Input, std::size_t, math::Output);
};

}  // namespace pelton::graph
