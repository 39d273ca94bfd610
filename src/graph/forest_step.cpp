#include "graph/forest_step.hpp"

#include <utility>

namespace pelton::graph {

namespace {

using EnginePtr = std::shared_ptr<const trees::Engine>;

class ForestMarginsStep final : public Step {
 public:
  explicit ForestMarginsStep(EnginePtr engine) : engine_(std::move(engine)) {}
  std::size_t width() const noexcept override { return engine_->outputs(); }
  std::size_t scratch_doubles(std::size_t) const noexcept override { return engine_->scratch_doubles(); }
  std::size_t rows_together() const noexcept override { return engine_->block_rows(); }
  void run(std::span<const math::ConstMatrix> inputs, math::Matrix out, double* scratch) const noexcept override {
    engine_->margins(inputs[0], out, scratch);
  }
  std::string describe() const override { return engine_->describe(); }
  Cost cost() const noexcept override { return {engine_->parameters(), engine_->bytes(), engine_->flops_per_row()}; }

 private:
  EnginePtr engine_;
};

class ForestLeavesStep final : public Step {
 public:
  explicit ForestLeavesStep(EnginePtr engine) : engine_(std::move(engine)) {}
  std::size_t width() const noexcept override { return engine_->trees(); }
  void run(std::span<const math::ConstMatrix> inputs, math::Matrix out, double*) const noexcept override {
    engine_->leaves(inputs[0], out);
  }
  std::string describe() const override { return "leaves of " + std::to_string(engine_->trees()) + " trees"; }
  Cost cost() const noexcept override { return {engine_->parameters(), engine_->bytes(), engine_->flops_per_row()}; }

 private:
  EnginePtr engine_;
};

}  // namespace

std::shared_ptr<const Step> make_forest_margins(EnginePtr engine) {
  return std::make_shared<ForestMarginsStep>(std::move(engine));
}
std::shared_ptr<const Step> make_forest_leaves(EnginePtr engine) {
  return std::make_shared<ForestLeavesStep>(std::move(engine));
}

}  // namespace pelton::graph
