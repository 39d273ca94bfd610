#include "graph/affine_step.hpp"

#include <utility>

namespace pelton::graph {

AffineStep::AffineStep(std::shared_ptr<const math::PackedAffine> weights, const math::Activation& activation)
    : weights_(std::move(weights)), view_(weights_->view(activation)), run_(math::kernels().affine) {}

void AffineStep::run(std::span<const math::ConstMatrix> inputs, math::Matrix out, double*) const noexcept {
  run_(view_, input_of(inputs[0]), out.rows, output_of(out));
}

std::string AffineStep::describe() const {
  std::string text = "affine " + std::to_string(view_.in) + "x" + std::to_string(view_.out);
  if (view_.activation.op != UnaryOp::identity) text.append(" + ").append(to_string(view_.activation.op));
  return text + (view_.dots ? ", dot products, " : ", packed panels, ") + isa_name();
}

Cost AffineStep::cost() const noexcept {
  const std::size_t parameters = (view_.in + 1) * view_.out;
  return {parameters, weights_->bytes(), 2.0 * static_cast<double>(parameters)};
}

StepPtr AffineStep::with_activation(const math::Activation& activation) const {
  return std::make_shared<AffineStep>(weights_, activation);
}

StepPtr make_affine(math::ConstMatrix weights, std::span<const double> bias, const math::Activation& activation) {
  return std::make_shared<AffineStep>(std::make_shared<math::PackedAffine>(weights, bias), activation);
}

}  // namespace pelton::graph
