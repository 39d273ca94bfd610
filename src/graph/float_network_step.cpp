#include "graph/float_network_step.hpp"

#include <algorithm>
#include <utility>

#include "graph/affine_step.hpp"

namespace pelton::graph {
namespace {

bool is_exact(UnaryOp op) noexcept { return op == UnaryOp::identity || op == UnaryOp::relu; }

}  // namespace

FloatNetworkStep::FloatNetworkStep(std::vector<Layer> layers) : layers_(std::move(layers)) {
  std::size_t widest = 0;
  for (const Layer& layer : layers_) {
    views_.push_back(layer.weights->view(layer.activation));
    widest = std::max({widest, layer.weights->in(), layer.weights->out()});
  }
  network_ = {views_.data(), views_.size(), math::whole_float_lanes(widest)};
}

void FloatNetworkStep::run(std::span<const math::ConstMatrix> inputs, math::Matrix out,
                           double* scratch) const noexcept {
  math::kernels().float_network(network_, input_of(inputs[0]), out.rows, output_of(out), scratch);
}

std::string FloatNetworkStep::describe() const {
  std::string text = "network in float32, " + std::to_string(views_.front().in);
  for (const math::FloatLayer& layer : views_) {
    text.append(" -> ").append(std::to_string(layer.out));
    if (layer.activation.op != UnaryOp::identity) text.append(" + ").append(to_string(layer.activation.op));
  }
  return text + ", " + isa_name();
}

Cost FloatNetworkStep::cost() const noexcept {
  Cost total;
  for (const Layer& layer : layers_) {
    const std::size_t parameters = (layer.weights->in() + 1) * layer.weights->out();
    total += {parameters, layer.weights->bytes(), 2.0 * static_cast<double>(parameters)};
  }
  return total;
}

bool FloatNetworkStep::gives_floats() const noexcept { return is_exact(views_.back().activation.op); }

StepPtr join_layers(const Step& first, const AffineStep& second) {
  std::vector<FloatNetworkStep::Layer> layers;
  if (const auto* network = dynamic_cast<const FloatNetworkStep*>(&first)) {
    layers = network->layers();
  } else if (const auto* affine = dynamic_cast<const AffineStep*>(&first)) {
    if (affine->activation().op == UnaryOp::identity) return nullptr;
    layers = {{affine->float_layer(), affine->activation()}};
  }
  if (layers.empty() || layers.back().activation.op == UnaryOp::identity) return nullptr;
  layers.push_back({second.float_layer(), second.activation()});
  for (const FloatNetworkStep::Layer& layer : layers) {
    if (layer.weights == nullptr) return nullptr;
  }
  return std::make_shared<FloatNetworkStep>(std::move(layers));
}

}  // namespace pelton::graph
