#include "graph/elementwise_steps.hpp"

#include <cmath>
#include <limits>
#include <utility>

namespace pelton::graph {
namespace {

std::string columns_text(std::size_t width) {
  return " over " + std::to_string(width) + (width == 1 ? " column, " : " columns, ") + isa_name();
}

Cost constants_cost(std::size_t constants, std::size_t width, double flops) {
  return {constants, constants * sizeof(double), flops * static_cast<double>(width)};
}

class ClipStep final : public ElementwiseStep {
 public:
  ClipStep(double low, double high, std::size_t width) : ElementwiseStep(width), low_(low), high_(high) {}
  void run(std::span<const math::ConstMatrix> inputs, math::Matrix out, double*) const noexcept override {
    math::kernels().clip(low_, high_, input_of(inputs[0]), out.rows, out.cols, output_of(out));
  }
  std::string describe() const override { return "clip" + columns_text(width()); }

 private:
  double low_;
  double high_;
};

class BinaryStep final : public ElementwiseStep {
 public:
  BinaryStep(BinaryOp op, std::size_t width) : ElementwiseStep(width), op_(op) {}
  void run(std::span<const math::ConstMatrix> inputs, math::Matrix out, double*) const noexcept override {
    math::kernels().binary(op_, spread_of(inputs[0], out.cols), spread_of(inputs[1], out.cols), out.rows, out.cols,
                           output_of(out));
  }
  std::string describe() const override { return std::string(to_string(op_)) + columns_text(width()); }

 private:
  BinaryOp op_;
};

class BinaryConstantStep final : public ElementwiseStep {
 public:
  BinaryConstantStep(BinaryOp op, Columns constants, bool constant_first, std::size_t width)
      : ElementwiseStep(width), op_(op), constants_(std::move(constants)), constant_first_(constant_first) {}
  void run(std::span<const math::ConstMatrix> inputs, math::Matrix out, double*) const noexcept override {
    const math::Spread x = spread_of(inputs[0], out.cols);
    const math::Spread c = spread_of(constants_);
    math::kernels().binary(op_, constant_first_ ? c : x, constant_first_ ? x : c, out.rows, out.cols, output_of(out));
  }
  std::string describe() const override {
    return std::string(to_string(op_)) + " with constants" + columns_text(width());
  }
  Cost cost() const noexcept override { return constants_cost(constants_.size(), width(), 1); }

 private:
  BinaryOp op_;
  Columns constants_;
  bool constant_first_;
};

class WhereStep final : public ElementwiseStep {
 public:
  WhereStep(const Operand& a, const Operand& b, std::size_t width)
      : ElementwiseStep(width), a_register_(std::holds_alternative<Register>(a)) {
    if (!a_register_) a_ = std::get<Columns>(a);
    b_register_ = std::holds_alternative<Register>(b);
    if (!b_register_) b_ = std::get<Columns>(b);
  }
  void run(std::span<const math::ConstMatrix> inputs, math::Matrix out, double*) const noexcept override {
    const math::Spread a = a_register_ ? spread_of(inputs[1], out.cols) : spread_of(a_);
    const math::Spread b = b_register_ ? spread_of(inputs[a_register_ ? 2 : 1], out.cols) : spread_of(b_);
    math::kernels().where(spread_of(inputs[0], out.cols), a, b, out.rows, out.cols, output_of(out));
  }
  std::string describe() const override { return "where" + columns_text(width()); }
  Cost cost() const noexcept override { return constants_cost(a_.size() + b_.size(), width(), 1); }

 private:
  bool a_register_;
  bool b_register_ = false;
  Columns a_;
  Columns b_;
};

class ImputeScaleStep final : public ElementwiseStep {
 public:
  ImputeScaleStep(const ImputeStep& impute, const ScaleStep& scale)
      : ElementwiseStep(scale.width()),
        values_(impute.values()),
        offset_(scale.offset()),
        scale_(scale.scale()),
        missing_(impute.missing()) {}
  void run(std::span<const math::ConstMatrix> inputs, math::Matrix out, double*) const noexcept override {
    math::kernels().impute_scale(missing_, spread_of(values_), spread_of(offset_), spread_of(scale_),
                                 input_of(inputs[0]), out.rows, out.cols, output_of(out));
  }
  std::string describe() const override { return "impute + scale" + columns_text(width()); }
  Cost cost() const noexcept override {
    return constants_cost(values_.size() + offset_.size() + scale_.size(), width(), 3);
  }

 private:
  Columns values_;
  Columns offset_;
  Columns scale_;
  double missing_;
};

class LookupStep final : public ElementwiseStep {
 public:
  LookupStep(Columns table, std::size_t width) : ElementwiseStep(width), table_(std::move(table)) {}
  void run(std::span<const math::ConstMatrix> inputs, math::Matrix out, double*) const noexcept override {
    const auto size = static_cast<double>(table_.size());
    for (std::size_t r = 0; r < out.rows; ++r) {
      const double* in = inputs[0].row(r);
      double* to = out.row(r);
      for (std::size_t c = 0; c < out.cols; ++c) {
        const double index = std::trunc(in[c]);
        to[c] = index >= 0 && index < size ? table_[static_cast<std::size_t>(index)]
                                           : std::numeric_limits<double>::quiet_NaN();
      }
    }
  }
  std::string describe() const override { return "lookup in a table of " + std::to_string(table_.size()); }
  Cost cost() const noexcept override { return constants_cost(table_.size(), width(), 1); }

 private:
  Columns table_;
};

}  // namespace

void UnaryStep::run(std::span<const math::ConstMatrix> inputs, math::Matrix out, double*) const noexcept {
  math::kernels().unary(function_, input_of(inputs[0]), out.rows, out.cols, output_of(out));
}
std::string UnaryStep::describe() const { return std::string(to_string(function_.op)) + columns_text(width()); }

void ScaleStep::run(std::span<const math::ConstMatrix> inputs, math::Matrix out, double*) const noexcept {
  math::kernels().scale(spread_of(offset_), spread_of(scale_), input_of(inputs[0]), out.rows, out.cols, output_of(out));
}
std::string ScaleStep::describe() const { return "scale" + columns_text(width()); }
Cost ScaleStep::cost() const noexcept { return constants_cost(offset_.size() + scale_.size(), width(), 2); }

void ImputeStep::run(std::span<const math::ConstMatrix> inputs, math::Matrix out, double*) const noexcept {
  math::kernels().impute(missing_, spread_of(values_), input_of(inputs[0]), out.rows, out.cols, output_of(out));
}
std::string ImputeStep::describe() const { return "impute" + columns_text(width()); }
Cost ImputeStep::cost() const noexcept { return constants_cost(values_.size(), width(), 1); }

StepPtr make_unary(const math::Activation& function, std::size_t width) {
  return std::make_shared<UnaryStep>(function, width);
}
StepPtr make_clip(double low, double high, std::size_t width) { return std::make_shared<ClipStep>(low, high, width); }
StepPtr make_binary(BinaryOp op, std::size_t width) { return std::make_shared<BinaryStep>(op, width); }
StepPtr make_binary_constant(BinaryOp op, Columns constants, bool constant_first, std::size_t width) {
  // A product is rounded once, the general power is not.
  if (op == BinaryOp::pow && !constant_first && constants == Columns{2.0}) {
    return make_unary({UnaryOp::square, 0, 0}, width);
  }
  return std::make_shared<BinaryConstantStep>(op, std::move(constants), constant_first, width);
}
StepPtr make_where(const Operand& a, const Operand& b, std::size_t width) {
  return std::make_shared<WhereStep>(a, b, width);
}
StepPtr make_scale(Columns offset, Columns scale, std::size_t width) {
  return std::make_shared<ScaleStep>(std::move(offset), std::move(scale), width);
}
StepPtr make_impute(Columns values, double missing, std::size_t width) {
  return std::make_shared<ImputeStep>(std::move(values), missing, width);
}
StepPtr make_lookup(Columns table, std::size_t width) { return std::make_shared<LookupStep>(std::move(table), width); }

StepPtr make_impute_scale(const ImputeStep& impute, const ScaleStep& scale) {
  return std::make_shared<ImputeScaleStep>(impute, scale);
}

}  // namespace pelton::graph
