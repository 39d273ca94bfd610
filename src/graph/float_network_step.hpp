#pragma once

#include <memory>
#include <vector>

#include "graph/steps.hpp"
#include "math/packed_float_layer.hpp"

namespace pelton::graph {

class AffineStep;

/// Dense layers one after the other in floats, as a float32 graph declares them: rows are rounded to floats, and so
/// is what every layer gives. Only the last layer's activation is calculated, and stays, in double (relu needs no
/// rounding).
class FloatNetworkStep final : public Step {
 public:
  struct Layer {
    std::shared_ptr<const math::PackedFloatLayer> weights;
    math::Activation activation;
  };
  explicit FloatNetworkStep(std::vector<Layer> layers);

  std::size_t width() const noexcept override { return views_.back().out; }
  std::size_t scratch_doubles(std::size_t rows) const noexcept override {
    return math::network_scratch_doubles(network_.widest, rows);
  }
  void run(std::span<const math::ConstMatrix> inputs, math::Matrix out, double* scratch) const noexcept override;
  std::string describe() const override;
  Cost cost() const noexcept override;

  const std::vector<Layer>& layers() const noexcept { return layers_; }
  /// Whether all it gives are floats.
  bool gives_floats() const noexcept;

 private:
  std::vector<Layer> layers_;
  std::vector<math::FloatLayer> views_;
  math::FloatNetwork network_;
};

/// `first`, a float network or layer with an activation at its end, and `second` as one network; none where one of
/// them is no layer of floats. Layers with nothing between them stay apart and in double: a projection before a
/// linear model, where much may cancel.
StepPtr join_layers(const Step& first, const AffineStep& second);

}  // namespace pelton::graph
