#include "graph/affine_step.hpp"

#include <utility>

#include "math/packed_numbers.hpp"

namespace pelton::graph {

AffineStep::AffineStep(std::shared_ptr<const math::PackedAffine> weights, const math::Activation& activation,
                       bool float32)
    : weights_(std::move(weights)),
      floats_(float32 ? std::make_shared<InFloats>() : nullptr),
      view_(weights_->view(activation)),
      run_(math::kernels().affine) {}

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
  auto copy = std::make_shared<AffineStep>(*this);
  copy->view_ = weights_->view(activation);
  return copy;
}

std::shared_ptr<const math::PackedFloatLayer> AffineStep::float_layer() const {
  if (floats_ == nullptr) return nullptr;
  std::call_once(floats_->once, [this] {
    const math::PackedAffine::Unpacked plain = weights_->unpacked();
    const math::ConstMatrix weights(plain.weights.data(), weights_->in(), weights_->out());
    if (!math::all_floats(weights) || !math::all_floats({plain.bias.data(), 1, plain.bias.size()})) return;
    floats_->layer = std::make_shared<math::PackedFloatLayer>(weights, plain.bias);
  });
  return floats_->layer;
}

StepPtr make_affine(const Affine& spec) {
  return std::make_shared<AffineStep>(std::make_shared<math::PackedAffine>(spec.weights, spec.bias), spec.activation,
                                      spec.float32);
}

}  // namespace pelton::graph
