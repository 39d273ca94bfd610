#pragma once

#include "graph/steps.hpp"

namespace pelton::graph {

/// A step that treats every value alone and may write where it reads.
class ElementwiseStep : public Step {
 public:
  explicit ElementwiseStep(std::size_t width) : width_(width) {}
  std::size_t width() const noexcept override { return width_; }
  bool runs_in_place() const noexcept override { return true; }
  Cost cost() const noexcept override { return {0, 0, static_cast<double>(width_)}; }

 private:
  std::size_t width_;
};

class UnaryStep final : public ElementwiseStep {
 public:
  UnaryStep(const math::Activation& function, std::size_t width) : ElementwiseStep(width), function_(function) {}
  void run(std::span<const math::ConstMatrix> inputs, math::Matrix out, double* scratch) const noexcept override;
  std::string describe() const override;
  const math::Activation& function() const noexcept { return function_; }

 private:
  math::Activation function_;
};

class ScaleStep final : public ElementwiseStep {
 public:
  ScaleStep(Columns offset, Columns scale, std::size_t width)
      : ElementwiseStep(width), offset_(std::move(offset)), scale_(std::move(scale)) {}
  void run(std::span<const math::ConstMatrix> inputs, math::Matrix out, double* scratch) const noexcept override;
  std::string describe() const override;
  Cost cost() const noexcept override;
  const Columns& offset() const noexcept { return offset_; }
  const Columns& scale() const noexcept { return scale_; }

 private:
  Columns offset_;
  Columns scale_;
};

class ImputeStep final : public ElementwiseStep {
 public:
  ImputeStep(Columns values, double missing, std::size_t width)
      : ElementwiseStep(width), values_(std::move(values)), missing_(missing) {}
  void run(std::span<const math::ConstMatrix> inputs, math::Matrix out, double* scratch) const noexcept override;
  std::string describe() const override;
  Cost cost() const noexcept override;
  const Columns& values() const noexcept { return values_; }
  double missing() const noexcept { return missing_; }

 private:
  Columns values_;
  double missing_;
};

StepPtr make_impute_scale(const ImputeStep& impute, const ScaleStep& scale);

}  // namespace pelton::graph
