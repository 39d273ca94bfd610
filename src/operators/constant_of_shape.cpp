#include <algorithm>
#include <array>

#include "operators/counts.hpp"
#include "operators/integers.hpp"
#include "operators/registry.hpp"
#include "operators/strided_copy.hpp"

/// Tensors of one repeated value: ConstantOfShape.
namespace pelton::operators {
namespace {

using tensor::Count;
using tensor::RowAxis;
using tensor::RunContext;
using tensor::Trace;
using tensor::Traced;
using tensor::Value;

class ConstantOfShape final : public Operation {
 public:
  explicit ConstantOfShape(std::shared_ptr<const Tensor> value) : value_(std::move(value)) {}

  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const override {
    if (outputs[0] == nullptr) return;
    Tensor& result = outputs[0]->tensor;
    result.reset(value_->type(), Shape(Integers(inputs[0]->tensor).values()));
    StridedCopy copy;
    copy.add(static_cast<std::int64_t>(result.size()), 0, 1);
    copy.run(value_->data(), result.data(), element_bytes(result.type()));
  }

  /// As many slices as there are rows, all alike, where one dimension is the number of rows.
  Trace trace(std::span<const Traced> inputs, const Shape&, std::size_t) const override {
    const auto counts = counts_of(inputs[0]);
    if (!counts || std::count_if(counts->begin(), counts->end(), [](Count c) { return c.of_rows; }) != 1) return {};
    const auto rows = std::find(counts->begin(), counts->end(), Count{1, true});
    if (rows == counts->end()) return {};
    return {RowAxis::at(static_cast<std::size_t>(rows - counts->begin()))};
  }

 private:
  std::shared_ptr<const Tensor> value_;
};

std::shared_ptr<const Operation> constant_of_shape(Node& node) {
  check_index_type(node, 0);
  std::shared_ptr<const Tensor> value = node.tensor("value");
  if (value == nullptr) value = std::make_shared<Tensor>(Tensor::of<float>({1}, std::array{0.0F}));
  if (value->size() != 1) node.malformed("attribute \"value\" is not one element");
  node.gives(value->type());
  return std::make_shared<ConstantOfShape>(std::move(value));
}

constexpr std::array kOperators{
    Operator{"", "ConstantOfShape", 9, constant_of_shape},
};

}  // namespace

std::span<const Operator> constant_of_shape_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
