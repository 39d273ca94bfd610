#include <algorithm>
#include <array>

#include "operators/counts.hpp"
#include "operators/pieces.hpp"
#include "operators/registry.hpp"

/// Concat: tensors end to end along an axis.
namespace pelton::operators {
namespace {

using tensor::Failure;
using tensor::RowAxis;
using tensor::RunContext;
using tensor::Trace;
using tensor::Traced;
using tensor::Value;

class Concat final : public Operation {
 public:
  explicit Concat(std::int64_t axis) : axis_(axis) {}

  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const override {
    if (outputs[0] == nullptr) return;
    const std::size_t axis = tensor::axis_of(axis_, inputs[0]->tensor.rank());
    const auto part = [&](std::size_t i) -> const Tensor& { return inputs[i]->tensor; };
    join(inputs.size(), part, axis, outputs[0]->tensor);
  }

  Trace trace(std::span<const Traced> inputs, const Shape& output, std::size_t i) const override {
    return trace_moves(*this, inputs, inputs.size(), output, i);
  }

  RowAxis row_axis(std::span<const Traced> inputs, const Shape& output, std::size_t) const override {
    const RowAxis rows = inputs[0].rows;
    const bool agree = std::all_of(inputs.begin(), inputs.end(), [&](const Traced& x) { return x.rows == rows; });
    if (!agree || !rows.is_axis() || rows.axis() == tensor::axis_of(axis_, output.rank())) return RowAxis::mixed();
    return rows;
  }

 private:
  std::int64_t axis_;
};

std::shared_ptr<const Operation> concat(Node& node) {
  constexpr std::int64_t kAxisIsRequired = 4;
  const DataType type = node.type(0);
  for (std::size_t i = 1; i < node.inputs(); ++i) {
    if (node.type(i) != type) node.malformed("inputs are of different types");
  }
  if (node.opset() >= kAxisIsRequired && !node.has("axis")) node.malformed("lacks an axis");
  node.gives(type);
  return std::make_shared<Concat>(node.integer("axis", 1));
}

constexpr std::array kOperators{
    Operator{"", "Concat", 1, concat},
};

}  // namespace

std::span<const Operator> concat_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
