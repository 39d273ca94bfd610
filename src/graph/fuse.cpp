#include <algorithm>
#include <utility>

#include "graph/affine_step.hpp"
#include "graph/category_steps.hpp"
#include "graph/elementwise_steps.hpp"
#include "graph/float_network_step.hpp"
#include "graph/float_rbf_step.hpp"

namespace pelton::graph {
namespace {

/// Several in-place steps of one width, a few rows at a time.
class ChainStep final : public Step {
 public:
  explicit ChainStep(std::vector<StepPtr> steps) : steps_(std::move(steps)), width_(steps_.front()->width()) {}

  std::size_t width() const noexcept override { return width_; }
  bool runs_in_place() const noexcept override { return true; }
  std::size_t scratch_doubles(std::size_t rows) const noexcept override {
    std::size_t most = 0;
    for (const StepPtr& step : steps_) most = std::max(most, step->scratch_doubles(rows));
    return most;
  }
  void run(std::span<const math::ConstMatrix> inputs, math::Matrix out, double* scratch) const noexcept override {
    const std::size_t tile = std::max<std::size_t>(1, kTileDoubles / width_);
    for (std::size_t first = 0; first < out.rows; first += tile) {
      const std::size_t rows = std::min(tile, out.rows - first);
      const math::Matrix window = out.slice(first, rows);
      math::ConstMatrix in = inputs[0].slice(first, rows);
      for (const StepPtr& step : steps_) {
        step->run({&in, 1}, window, scratch);
        in = window;
      }
    }
  }
  std::string describe() const override {
    std::string text = "in one pass: ";
    for (std::size_t i = 0; i < steps_.size(); ++i) text.append(i == 0 ? "" : "; ").append(steps_[i]->describe());
    return text;
  }
  Cost cost() const noexcept override {
    Cost total;
    for (const StepPtr& step : steps_) total += step->cost();
    return total;
  }

 private:
  /// Half of a 32 KiB first-level cache.
  static constexpr std::size_t kTileDoubles = 2048;

  std::vector<StepPtr> steps_;
  std::size_t width_;
};

/// A network of floats and the function after it.
StepPtr after_network(const FloatNetworkStep& network, const math::Activation& function) {
  std::vector<FloatNetworkStep::Layer> layers = network.layers();
  if (function.op == UnaryOp::to_float32) {
    if (!network.gives_floats()) return nullptr;
  } else {
    if (layers.back().activation.op != UnaryOp::identity) return nullptr;
    layers.back().activation = function;
  }
  return std::make_shared<FloatNetworkStep>(std::move(layers));
}

/// The step itself, if it rounds its rows to floats anyway.
StepPtr after_rounding(const Step& step) {
  if (const auto* network = dynamic_cast<const FloatNetworkStep*>(&step)) {
    return std::make_shared<FloatNetworkStep>(network->layers());
  }
  if (const auto* rbf = dynamic_cast<const FloatRbfStep*>(&step)) return std::make_shared<FloatRbfStep>(*rbf);
  return nullptr;
}

}  // namespace

StepPtr make_chain(std::vector<StepPtr> steps) { return std::make_shared<ChainStep>(std::move(steps)); }

StepPtr fuse(const Step& first, const Step& second) {
  if (const auto* unary = dynamic_cast<const UnaryStep*>(&second)) {
    const auto activated = [unary](const auto* affine) -> StepPtr {
      if (affine == nullptr || affine->activation().op != UnaryOp::identity) return nullptr;
      return affine->with_activation(unary->function());
    };
    if (StepPtr step = activated(dynamic_cast<const AffineStep*>(&first))) return step;
    if (StepPtr step = activated(dynamic_cast<const CategoryAffineStep*>(&first))) return step;
    if (const auto* network = dynamic_cast<const FloatNetworkStep*>(&first)) {
      return after_network(*network, unary->function());
    }
  }
  if (const auto* affine = dynamic_cast<const AffineStep*>(&second)) return join_layers(first, *affine);
  if (const auto* unary = dynamic_cast<const UnaryStep*>(&first)) {
    if (unary->function().op == UnaryOp::to_float32) return after_rounding(second);
  }
  if (const auto* impute = dynamic_cast<const ImputeStep*>(&first)) {
    if (const auto* scale = dynamic_cast<const ScaleStep*>(&second)) return make_impute_scale(*impute, *scale);
  }
  return nullptr;
}

}  // namespace pelton::graph
